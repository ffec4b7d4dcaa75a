// Bytes that can be read at any offset: a file, a blob of a store, memory, a ZIP that is made on the fly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace intelliclinix {

/// Random-access bytes of known size.
/// Threads: one at a time, unless an implementation says more.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// Units: bytes. Does not change.
  virtual std::uint64_t size() const = 0;

  /// Fills `out` from `offset`. Returns the bytes read: fewer than out.size() only at the end, 0 at or past it.
  /// Errors: kInternal or kUnavailable when the bytes behind cannot be read.
  virtual Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) = 0;
};

/// Bytes in memory. Threads: any.
class MemorySource final : public ByteSource {
 public:
  /// Owns: the bytes.
  explicit MemorySource(std::vector<std::byte> bytes) : owned_(std::move(bytes)), bytes_(owned_) {}
  /// Borrows: `bytes` must outlive the source.
  explicit MemorySource(std::span<const std::byte> bytes) : bytes_(bytes) {}

  MemorySource(const MemorySource&) = delete;
  MemorySource& operator=(const MemorySource&) = delete;

  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) override;

 private:
  std::vector<std::byte> owned_;
  std::span<const std::byte> bytes_;
};

/// An open regular file, read with pread. Threads: any. The size is taken when it is opened.
class FileSource final : public ByteSource {
 public:
  /// Errors: kNotFound when there is no such file, kInvalidArgument when it is not a regular file or not readable.
  static Result<std::unique_ptr<FileSource>> Open(const std::string& path);
  ~FileSource() override;

  std::uint64_t size() const override { return size_; }
  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) override;

 private:
  FileSource(int fd, std::uint64_t size) : fd_(fd), size_(size) {}
  int fd_;
  std::uint64_t size_;
};

/// All bytes of `source`. Errors: kTooLarge when it has more than `max_bytes`.
Result<std::vector<std::byte>> ReadAll(ByteSource& source, std::uint64_t max_bytes);

/// The bytes of text, without a copy.
inline std::span<const std::byte> AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace intelliclinix
