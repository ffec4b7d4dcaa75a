#include "http/content_coding.h"

#include <algorithm>
#include <optional>

#include "http/text.h"

namespace intelliclinix::http {
namespace {

// "0", "0.", "0.000" refuse; anything else that has a digit other than 0 takes.
bool IsZero(std::string_view weight) {
  return weight.starts_with('0') && std::ranges::all_of(weight, [](char c) { return c == '0' || c == '.'; });
}

// Whether one item of the list, "gzip;q=0.5", takes `coding`; nothing when it is about another.
std::optional<bool> Takes(std::string_view item, std::string_view coding) {
  const std::size_t semicolon = std::min(item.find(';'), item.size());
  if (!EqualsIgnoreCase(TrimBlanks(item.substr(0, semicolon)), coding)) return std::nullopt;
  if (semicolon == item.size()) return true;
  const std::string_view parameter = TrimBlanks(item.substr(semicolon + 1));
  if (parameter.size() < 3 || !EqualsIgnoreCase(parameter.substr(0, 2), "q=")) return false;
  return !IsZero(parameter.substr(2));
}

std::optional<bool> ListTakes(std::string_view list, std::string_view coding) {
  while (!list.empty()) {
    const std::string_view item = list.substr(0, list.find(','));
    if (const std::optional<bool> takes = Takes(item, coding)) return takes;
    list.remove_prefix(std::min(item.size() + 1, list.size()));
  }
  return std::nullopt;
}

}  // namespace

bool AcceptsGzip(std::string_view accept_encoding) {
  for (const char* coding : {"gzip", "x-gzip", "*"}) {
    if (const std::optional<bool> takes = ListTakes(accept_encoding, coding)) return *takes;
  }
  return false;
}

}  // namespace intelliclinix::http
