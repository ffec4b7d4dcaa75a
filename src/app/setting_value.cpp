#include <algorithm>
#include <charconv>

#include "app/settings.h"
#include "base/json.h"

namespace intelliclinix::app {
namespace {

std::unexpected<Error> Refuse(const Setting& setting, std::string_view origin, const std::string& why) {
  return Fail(ErrorCode::kInvalidArgument, "'" + std::string(setting.name) + "' (" + std::string(origin) + ") " + why,
              std::string(setting.name));
}

std::string Shown(const Setting& setting, const std::string& text) {
  return setting.secret ? "" : "; got '" + text.substr(0, 100) + "'";
}

Status AssignText(const Setting& setting, const std::string& text, std::string_view origin, std::string& member) {
  if (!setting.choices.empty() && std::ranges::find(setting.choices, text) == setting.choices.end()) {
    std::string choices;
    for (const std::string_view choice : setting.choices)
      choices += (choices.empty() ? "" : ", ") + std::string(choice);
    return Refuse(setting, origin, "must be one of " + choices + Shown(setting, text) + ".");
  }
  member = text;
  return {};
}

Status AssignNumber(const Setting& setting, const std::string& text, std::string_view origin, std::int64_t& member) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < setting.minimum || number > setting.maximum) {
    std::string range = " from " + std::to_string(setting.minimum);
    if (setting.maximum < std::numeric_limits<std::int64_t>::max()) range += " to " + std::to_string(setting.maximum);
    return Refuse(setting, origin, "must be a whole number" + range + Shown(setting, text) + ".");
  }
  member = number;
  return {};
}

std::string Quoted(const std::string& text) { return DumpJson(Json(text)); }  // a JSON string is a TOML string

}  // namespace

Status AssignSetting(const Setting& setting, std::span<const std::string> texts, std::string_view origin,
                     Settings& settings) {
  if (const auto* list = std::get_if<std::vector<std::string> Settings::*>(&setting.member)) {
    (settings.*(*list)).assign(texts.begin(), texts.end());
    return {};
  }
  if (texts.size() != 1) return Refuse(setting, origin, "takes one value.");
  if (const auto* number = std::get_if<std::int64_t Settings::*>(&setting.member)) {
    return AssignNumber(setting, texts[0], origin, settings.*(*number));
  }
  return AssignText(setting, texts[0], origin, settings.*std::get<std::string Settings::*>(setting.member));
}

std::string TomlValue(const Setting& setting, const Settings& settings) {
  if (const auto* number = std::get_if<std::int64_t Settings::*>(&setting.member)) {
    return std::to_string(settings.*(*number));
  }
  if (const auto* text = std::get_if<std::string Settings::*>(&setting.member)) return Quoted(settings.*(*text));
  std::string list;
  for (const std::string& member : settings.*std::get<std::vector<std::string> Settings::*>(setting.member)) {
    list += (list.empty() ? "" : ", ") + Quoted(member);
  }
  return "[" + list + "]";
}

}  // namespace intelliclinix::app
