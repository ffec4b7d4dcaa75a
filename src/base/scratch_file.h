// Room on disk for what is large and can be made again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/result.h"

namespace intelliclinix {

/// A file without a name: it is gone with this object, however the process ends.
/// Threads: ReadAt from any, the rest from one.
class ScratchFile {
 public:
  /// Takes all of its room at once, so that a full disk is told here. `bytes` is not 0.
  /// Errors: kResourceExhausted when there is no room; kInternal when `folder` cannot be written to.
  static Result<ScratchFile> Create(const std::string& folder, std::uint64_t bytes);
  ScratchFile(ScratchFile&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), size_(other.size_), mapped_(std::exchange(other.mapped_, {})) {}
  ScratchFile& operator=(ScratchFile&&) = delete;
  ~ScratchFile();

  /// Units: bytes.
  std::uint64_t size() const { return size_; }

  /// What is in the file, zeros at first, to be written in any order. Until Seal.
  std::span<std::byte> bytes() const { return mapped_; }
  /// Lets go of the memory behind what was written; the file keeps it.
  void Release();
  /// From now on the file is only read.
  void Seal();

  /// Fills `out` from `offset`. Errors: kInternal when it cannot be read, or not that far.
  Status ReadAt(std::uint64_t offset, std::span<std::byte> out) const;

 private:
  ScratchFile(int fd, std::uint64_t size) : fd_(fd), size_(size) {}

  int fd_;
  std::uint64_t size_;
  std::span<std::byte> mapped_;
};

}  // namespace intelliclinix
