// Structured log lines: one JSON object a line on standard error.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace intelliclinix::log {

enum class Level { kDebug, kInfo, kWarning, kError, kOff };

/// One `name: value` of a log line. Never put secrets, tokens, passwords or file contents here.
struct Field {
  std::string_view name;
  std::string value;

  Field(std::string_view field_name, std::string text) : name(field_name), value(std::move(text)) {}
  Field(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  Field(std::string_view field_name, const char* text) : name(field_name), value(text) {}
  Field(std::string_view field_name, long long number) : name(field_name), value(std::to_string(number)) {}
};
using Fields = std::initializer_list<Field>;

/// Lines below `level` are dropped. Call before threads start.
void SetLevel(Level level);

/// Writes `{"time", "level", "event", ...fields}`. Threads: any; lines are not mixed.
void Write(Level level, std::string_view event, Fields fields = {});

inline void Debug(std::string_view event, Fields fields = {}) { Write(Level::kDebug, event, fields); }
inline void Info(std::string_view event, Fields fields = {}) { Write(Level::kInfo, event, fields); }
inline void Warning(std::string_view event, Fields fields = {}) { Write(Level::kWarning, event, fields); }
inline void Error(std::string_view event, Fields fields = {}) { Write(Level::kError, event, fields); }

}  // namespace intelliclinix::log
