#include "http/text_stream.h"

#include <utility>

namespace intelliclinix::http {

void TextStream::Write(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (waiting_.last) return;
  if (waiting_.text.size() + text.size() > options_.max_backlog) {
    waiting_.last = waiting_.broken = true;
  } else {
    waiting_.text += text;
  }
  WakeLocked();
}

void TextStream::Close() {
  const std::lock_guard lock(mutex_);
  waiting_.last = true;
  WakeLocked();
}

TextStream::Piece TextStream::Take(std::move_only_function<void()> wake) {
  const std::lock_guard lock(mutex_);
  if (waiting_.text.empty() && !waiting_.last) wake_ = std::move(wake);
  return std::exchange(waiting_, Piece{.text = {}, .last = waiting_.last, .broken = waiting_.broken});
}

void TextStream::Detach() {
  const std::lock_guard lock(mutex_);
  waiting_ = {.text = {}, .last = true, .broken = false};
  wake_ = nullptr;
}

// Under the lock, so that after Detach nothing touches what `wake_` refers to.
void TextStream::WakeLocked() {
  if (wake_) std::exchange(wake_, nullptr)();
}

}  // namespace intelliclinix::http
