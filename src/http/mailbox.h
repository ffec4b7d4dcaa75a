// Hands one value from any thread to a coroutine.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace intelliclinix::http {

/// One value, put by any thread, taken by the I/O thread that made the mailbox.
///
/// `wake` is called under the mailbox's lock, so whoever has called Take or Close afterwards knows that Put no longer
/// touches what `wake` refers to.
/// Threads: Put from any; Take and Close from one.
template <typename T>
class Mailbox {
 public:
  explicit Mailbox(std::move_only_function<void()> wake) : wake_(std::move(wake)) {}

  /// The first value counts; later ones, and those after Close, are dropped.
  void Put(T value) {
    const std::lock_guard lock(mutex_);
    if (closed_ || full_) return;
    full_ = true;
    value_.emplace(std::move(value));
    wake_();
    wake_ = nullptr;
  }

  /// The value, if it has come.
  std::optional<T> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(value_, std::nullopt);
  }

  /// Nobody waits any longer.
  void Close() {
    std::optional<T> unwanted;
    const std::lock_guard lock(mutex_);
    closed_ = true;
    unwanted.swap(value_);
    wake_ = nullptr;
  }

 private:
  std::mutex mutex_;
  std::move_only_function<void()> wake_;
  std::optional<T> value_;
  bool full_ = false;
  bool closed_ = false;
};

}  // namespace intelliclinix::http
