#include "image/source_cursor.h"

#include <algorithm>
#include <cstring>
#include <exception>

namespace intelliclinix::image {

std::size_t SourceCursor::Read(std::span<std::byte> out) noexcept {
  std::size_t done = 0;
  while (done < out.size()) {
    bool in_buffer = position_ >= buffer_offset_ && position_ - buffer_offset_ < buffered_;
    if (!in_buffer && out.size() - done >= buffer_.size()) {
      std::size_t count = ReadSource(position_, out.subspan(done));
      position_ += count;
      return done + count;
    }
    if (!in_buffer) {
      buffer_offset_ = position_;
      buffered_ = ReadSource(position_, buffer_);
      if (buffered_ == 0) return done;
    }
    std::size_t from = position_ - buffer_offset_;
    std::size_t count = std::min(out.size() - done, buffered_ - from);
    std::memcpy(out.data() + done, buffer_.data() + from, count);
    position_ += count;
    done += count;
  }
  return done;
}

std::size_t SourceCursor::ReadSource(std::uint64_t offset, std::span<std::byte> out) noexcept {
  try {
    Result<std::size_t> count = source_.ReadAt(offset, out);
    if (count.has_value()) return *count;
    if (!error_) error_ = std::move(count).error();
  } catch (const std::exception&) {
    if (!error_) error_ = Error{ErrorCode::kInternal, "Reading the file failed.", {}};
  }
  return 0;
}

}  // namespace intelliclinix::image
