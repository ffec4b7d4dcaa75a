// Time, injected so that tests can move it.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace intelliclinix {

/// Units: UTC, milliseconds.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

/// Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  TimePoint Now() const override;
};

/// Stands still until a test moves it.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint now = TimePoint(std::chrono::milliseconds(1'700'000'000'000))) : now_(now) {}
  TimePoint Now() const override { return now_.load(); }
  void Advance(std::chrono::milliseconds by) { now_.store(now_.load() + by); }

 private:
  std::atomic<TimePoint> now_;
};

/// ISO 8601 UTC with milliseconds: "2026-11-24T10:00:00.123Z".
std::string FormatTime(TimePoint time);

/// Reads what FormatTime writes. Errors: kInvalidArgument.
Result<TimePoint> ParseTime(std::string_view text);

/// Milliseconds since 1970, as stores keep times.
inline std::int64_t ToMillis(TimePoint time) { return time.time_since_epoch().count(); }
inline TimePoint FromMillis(std::int64_t millis) { return TimePoint(std::chrono::milliseconds(millis)); }

}  // namespace intelliclinix
