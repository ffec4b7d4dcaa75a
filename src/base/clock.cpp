#include "base/clock.h"

#include <cstdio>

namespace intelliclinix {

TimePoint SystemClock::Now() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string FormatTime(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock_time(time - day);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock_time.hours().count()), static_cast<int>(clock_time.minutes().count()),
                static_cast<int>(clock_time.seconds().count()), static_cast<int>(clock_time.subseconds().count()));
  return text;
}

Result<TimePoint> ParseTime(std::string_view text) {
  int year = 0, hour = 0, minute = 0, second = 0, milli = 0, end = 0;
  unsigned month = 0, day = 0;
  const std::string copy(text);
  const int fields = std::sscanf(copy.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d.%3dZ%n", &year, &month, &day, &hour, &minute,
                                 &second, &milli, &end);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (fields != 7 || static_cast<std::size_t>(end) != text.size() || !date.ok() || hour > 23 || minute > 59 ||
      second > 59) {
    return Fail(ErrorCode::kInvalidArgument, "A time is written like 2026-11-24T10:00:00.123Z.");
  }
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + std::chrono::milliseconds(milli);
}

}  // namespace intelliclinix
