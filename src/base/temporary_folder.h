// A folder that goes away.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace intelliclinix {

/// Readable by its own user only. Removed, with all that is in it, when this goes. Locked as long as it lives: the
/// system frees the lock however the process ends, by which others know what a process that was killed has left.
class TemporaryFolder {
 public:
  /// Makes `parent`, where it is missing, and in it a folder `incoming.XXXXXX`. Errors: kResourceExhausted, kInternal.
  static Result<TemporaryFolder> Make(const std::string& parent);
  /// Removes the folders of that name in `parent` that no process has any more. What cannot be removed stays.
  static void RemoveAbandoned(const std::string& parent);

  TemporaryFolder(TemporaryFolder&& other) noexcept
      : path_(std::exchange(other.path_, {})), lock_(std::exchange(other.lock_, -1)) {}
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(lock_, other.lock_);
    return *this;
  }
  ~TemporaryFolder();

  const std::string& path() const { return path_; }

 private:
  TemporaryFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_;  // the folder, open and locked
};

}  // namespace intelliclinix
