// How long to wait before trying again what a store or a dependency could not do.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "base/result.h"

namespace intelliclinix::dispatch {

/// Delays that double from one failure to the next.
class Backoff {
 public:
  static constexpr std::chrono::milliseconds kFirst{50};
  static constexpr std::chrono::milliseconds kLongest{5'000};

  /// The delay before the next try.
  std::chrono::milliseconds Next() {
    const std::chrono::milliseconds delay = next_;
    next_ = std::min(2 * next_, kLongest);
    return delay;
  }
  void Reset() { next_ = kFirst; }

 private:
  std::chrono::milliseconds next_ = kFirst;
};

/// Whether an error says that something beneath did not work, rather than that the request was wrong.
inline bool IsFault(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kInternal ||
         error.code == ErrorCode::kResourceExhausted;
}

/// Sleeps for `delay`. False, at once, when `stop` is requested.
inline bool Pause(const std::stop_token& stop, std::chrono::milliseconds delay) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, delay, [] { return false; });
  return !stop.stop_requested();
}

/// Tries of WithRetries: about three seconds in all, so that a glitch does not cost the work done so far.
inline constexpr int kTries = 7;

/// Calls `call` until it returns no fault, `stop` is requested or kTries are used up; returns its last result.
template <typename Call>
auto WithRetries(const std::stop_token& stop, const Call& call) {
  Backoff backoff;
  auto result = call();
  for (int tries = 1; tries < kTries && !result && IsFault(result.error()); ++tries) {
    if (!Pause(stop, backoff.Next())) break;
    result = call();
  }
  return result;
}

}  // namespace intelliclinix::dispatch
