// Slows down guessing of passwords.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"

namespace intelliclinix::api {

struct LoginLimits {
  int attempts = 10;                 ///< without a success, by one address for one username, in one window
  std::chrono::seconds window{300};  ///< from the first of them
  std::size_t max_entries = 10'000;  ///< pairs that are remembered; about 200 bytes each
};

/// Counts attempts by username (without regard to case) and address.
/// Threads: any.
class LoginLimiter {
 public:
  /// Borrows: the clock.
  LoginLimiter(LoginLimits limits, const Clock& clock) : limits_(limits), clock_(clock) {}

  /// Counts an attempt. Returns how long to wait when it is one too many; none when it may go on.
  std::optional<std::chrono::seconds> Begin(std::string_view username, std::string_view address);
  /// Forgets the attempts.
  void Succeeded(std::string_view username, std::string_view address);

 private:
  using Key = std::pair<std::string, std::string>;
  struct Entry {
    TimePoint begin;
    int attempts = 0;
  };

  void MakeRoom(TimePoint now);

  const LoginLimits limits_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<Key, Entry> entries_;
};

}  // namespace intelliclinix::api
