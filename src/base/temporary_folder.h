// A folder that goes away.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace intelliclinix {

/// Readable by its own user only. Removed, with all that is in it, when this goes.
class TemporaryFolder {
 public:
  /// Makes `parent`, where it is missing, and in it a folder `incoming.XXXXXX`. Errors: kResourceExhausted, kInternal.
  static Result<TemporaryFolder> Make(const std::string& parent);
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~TemporaryFolder();

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace intelliclinix
