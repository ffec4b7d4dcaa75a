// Slows down guessing of passwords, and floods of logins and sign-ups.
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

/// How much one address may try.
struct LoginLimits {
  int attempts = 10;                 ///< without a success, by one address for one username, in one window
  std::chrono::seconds window{300};  ///< from the first of them
  std::size_t max_entries = 10'000;  ///< pairs that are remembered; about 200 bytes each
};

/// Of one address over all names: enough for a laboratory behind one address, too little to keep the server hashing.
inline constexpr LoginLimits kAddressLimits{.attempts = 100, .window = std::chrono::seconds(60)};

/// Counts attempts by username (without regard to case) and address; "" stands for all names.
/// Threads: any.
class LoginLimiter {
 public:
  /// Borrows: the clock.
  LoginLimiter(LoginLimits limits, const Clock& clock) : limits_(limits), clock_(clock) {}

  /// Counts an attempt. Returns how long to wait when it is one too many; none when it may go on.
  std::optional<std::chrono::seconds> Begin(std::string_view username, std::string_view address);
  /// An attempt that had begun was none: it does not count.
  void TakeBack(std::string_view username, std::string_view address);
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
