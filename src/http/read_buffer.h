// The bytes of a connection that have come and are not used up yet.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace intelliclinix::http {

/// 64 KiB that exist only while there is something to read, so that an idle connection costs none of it.
/// Threads: one at a time.
class ReadBuffer {
 public:
  static constexpr std::size_t kBytes = 64 << 10;

  bool empty() const { return begin_ == end_; }
  bool full() const { return end_ - begin_ == kBytes; }
  std::string_view view() const { return {bytes_.get() + begin_, end_ - begin_}; }

  /// Where the next bytes go; not empty unless full(). Moves what is there to the front when the end is near.
  std::span<char> Space() {
    if (!bytes_) bytes_ = std::make_unique_for_overwrite<char[]>(kBytes);
    if (begin_ > 0 && (empty() || end_ == kBytes)) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    return {bytes_.get() + end_, kBytes - end_};
  }
  void Filled(std::size_t count) { end_ += count; }
  void Consume(std::size_t count) { begin_ += count; }

  /// Gives the memory back if nothing is in it.
  void Release() {
    if (!empty()) return;
    bytes_.reset();
    begin_ = end_ = 0;
  }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace intelliclinix::http
