// A ByteSource as C libraries want to read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/byte_source.h"
#include "base/result.h"

namespace intelliclinix::image {

/// Reads with a position and a buffer. Never throws, so that C frames may stand between it and its caller.
/// Threads: one.
class SourceCursor {
 public:
  /// Borrows: `source`.
  explicit SourceCursor(ByteSource& source) : source_(source), buffer_(kBufferBytes) {}

  /// Fills `out` from the position and moves it. Returns the bytes read: fewer at the end or when the source fails.
  std::size_t Read(std::span<std::byte> out) noexcept;

  void Seek(std::uint64_t position) { position_ = position; }
  std::uint64_t position() const { return position_; }
  std::uint64_t size() const { return source_.size(); }

  /// The first failure of the source.
  const std::optional<Error>& error() const { return error_; }

 private:
  static constexpr std::size_t kBufferBytes = 64 << 10;

  std::size_t ReadSource(std::uint64_t offset, std::span<std::byte> out) noexcept;

  ByteSource& source_;
  std::vector<std::byte> buffer_;
  std::uint64_t buffer_offset_ = 0;
  std::size_t buffered_ = 0;
  std::uint64_t position_ = 0;
  std::optional<Error> error_;
};

}  // namespace intelliclinix::image
