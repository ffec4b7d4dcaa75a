#include "runners/parameter_table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <iomanip>
#include <limits>
#include <ranges>
#include <sstream>

namespace intelliclinix::runners {
namespace {

/// What a message quotes of a name or value that somebody sent.
constexpr std::size_t kMaxQuoted = 60;

/// "17", "0.4", "100000000": as short as it can be written, whole numbers in full.
std::string NumberText(double number) {
  std::ostringstream text;
  text << std::setprecision(std::numeric_limits<double>::digits10) << number;
  return text.str();
}

std::string Quoted(const std::string& text) {
  return text.size() > kMaxQuoted ? text.substr(0, kMaxQuoted - 3) + "..." : text;
}

std::string TypeText(const Parameter& parameter) {
  const std::string length = std::to_string(parameter.list_length);
  switch (parameter.type) {
    case ParameterType::kNumber:
      return "a number";
    case ParameterType::kInteger:
      return parameter.multiple_of > 0 ? "a multiple of " + std::to_string(parameter.multiple_of) : "a whole number";
    case ParameterType::kBoolean:
      return "true or false";
    case ParameterType::kString:
      return "a text";
    case ParameterType::kRange:
      return "[low, high] with low below high" +
             (parameter.list_length > 0 ? ", or a list of " + length + " of these" : "");
    case ParameterType::kChoiceList:
      return "a list of texts";
    case ParameterType::kSwitch:
      return "true, false or an object";
    case ParameterType::kObject:
      return "an object";
    case ParameterType::kChannelList:
      return "a list of " + length + " names or numbers of channels";
  }
  return "a value";
}

std::string LimitsText(const Parameter& parameter) {
  if (parameter.minimum && parameter.maximum) {
    return " from " + NumberText(*parameter.minimum) + " to " + NumberText(*parameter.maximum);
  }
  if (parameter.minimum) return " of at least " + NumberText(*parameter.minimum);
  if (parameter.maximum) return " of at most " + NumberText(*parameter.maximum);
  return "";
}

std::string ChoicesText(const Parameter& parameter) {
  std::string text;
  for (const std::string& choice : parameter.choices) text += (text.empty() ? "'" : ", '") + choice + "'";
  return text;
}

bool IsChoice(const Parameter& parameter, const Json& value) {
  return value.is_string() &&
         (parameter.choices.empty() ||
          std::ranges::find(parameter.choices, value.get<std::string>()) != parameter.choices.end());
}

/// Of a list of choices, the first that is none; else the whole value.
const Json& Culprit(const Parameter& parameter, const Json& value) {
  if (parameter.type != ParameterType::kChoiceList || !value.is_array()) return value;
  const auto found = std::ranges::find_if(value, [&](const Json& choice) { return !IsChoice(parameter, choice); });
  return found == value.end() ? value : *found;
}

/// The one sentence for a value that does not fit.
std::unexpected<Error> Refuse(const Parameter& parameter, const Json& value, const std::string& field) {
  std::string expected = (parameter.zero_allowed ? "0 or " : "") + TypeText(parameter) + LimitsText(parameter);
  const bool is_list = parameter.type == ParameterType::kChoiceList;
  if (!parameter.choices.empty())
    expected = (is_list ? "a list of one or more, each once, of " : "one of ") + ChoicesText(parameter);
  if (!parameter.unit.empty()) expected += " (" + parameter.unit + ")";
  if (parameter.default_value.is_null()) expected += ", or null";
  return Fail(
      ErrorCode::kInvalidArgument,
      "'" + parameter.name + "' must be " + expected + "; got " + Quoted(DumpJson(Culprit(parameter, value))) + ".",
      field);
}

bool IsNumberInLimits(const Parameter& parameter, const Json& value) {
  if (!value.is_number()) return false;
  const auto number = value.get<double>();
  if (number == 0 && parameter.zero_allowed) return true;
  return std::isfinite(number) && (!parameter.minimum || number >= *parameter.minimum) &&
         (!parameter.maximum || number <= *parameter.maximum);
}

bool IsWholeInLimits(const Parameter& parameter, const Json& value) {
  if (!value.is_number_integer() || !IsNumberInLimits(parameter, value)) return false;
  return parameter.multiple_of == 0 || value.get<std::int64_t>() % parameter.multiple_of == 0;
}

bool IsRange(const Parameter& parameter, const Json& value) {
  return value.is_array() && value.size() == 2 && IsNumberInLimits(parameter, value[0]) &&
         IsNumberInLimits(parameter, value[1]) && value[0].get<double>() < value[1].get<double>();
}

bool IsListOf(int length, const Json& value, const std::function<bool(const Json&)>& fits) {
  return length > 0 && value.is_array() && value.size() == static_cast<std::size_t>(length) &&
         std::ranges::all_of(value, fits);
}

bool IsChoiceList(const Parameter& parameter, const Json& value) {
  if (!value.is_array() || value.empty()) return false;
  for (const Json& choice : value) {
    if (!IsChoice(parameter, choice) || std::ranges::count(value, choice) > 1) return false;
  }
  return true;
}

/// Of a switch, only whether it is one: its members are resolved on their own.
bool Fits(const Parameter& parameter, const Json& value) {
  if (value.is_null()) return parameter.default_value.is_null();
  switch (parameter.type) {
    case ParameterType::kNumber:
      return IsNumberInLimits(parameter, value);
    case ParameterType::kInteger:
      return IsWholeInLimits(parameter, value);
    case ParameterType::kBoolean:
      return value.is_boolean();
    case ParameterType::kString:
      return IsChoice(parameter, value);
    case ParameterType::kRange:
      return IsRange(parameter, value) ||
             IsListOf(parameter.list_length, value, [&](const Json& member) { return IsRange(parameter, member); });
    case ParameterType::kChoiceList:
      return IsChoiceList(parameter, value);
    case ParameterType::kSwitch:
      return value.is_boolean() || value.is_object();
    case ParameterType::kObject:
      return value.is_object();
    case ParameterType::kChannelList:
      return IsListOf(parameter.list_length, value, [&](const Json& member) {
        return member.is_string() || member.is_null() || IsWholeInLimits(parameter, member);
      });
  }
  return false;
}

std::unexpected<Error> RefuseUnknown(const std::vector<Parameter>& table, const std::string& name,
                                     const std::string& owner) {
  std::string known;
  for (const Parameter& parameter : table) {
    if (parameter.unsupported.empty()) known += (known.empty() ? "" : ", ") + parameter.name;
  }
  return Fail(ErrorCode::kInvalidArgument,
              "Unknown parameter '" + Quoted(name) + "'. '" + owner + "' may have: " + known + ".",
              owner + "." + Quoted(name));
}

/// `owner` is the field that holds `object`: "params", "params.normalize".
Result<Json> ResolveObject(const std::vector<Parameter>& table, const Json& object, const std::string& owner) {
  Json given = Json::object();
  for (const auto& [name, value] : object.items()) {
    const auto found = std::ranges::find(table, name, &Parameter::name);
    if (found == table.end()) return RefuseUnknown(table, name, owner);
    const std::string field = owner + "." + name;
    if (!found->unsupported.empty()) return Fail(ErrorCode::kInvalidArgument, found->unsupported, field);
    if (!Fits(*found, value)) return Refuse(*found, value, field);
    given[name] = value;
    if (!value.is_object()) continue;
    IC_ASSIGN_OR_RETURN(given[name], ResolveObject(found->members, value, field));
  }
  Json resolved = Json::object();
  for (const Parameter& parameter : table) {
    if (!parameter.unsupported.empty()) continue;
    resolved[parameter.name] = given.contains(parameter.name) ? given[parameter.name] : parameter.default_value;
  }
  return resolved;
}

Json SplitAtCommas(std::string_view text) {
  Json words = Json::array();
  for (const auto word : std::views::split(text, ',')) words.push_back(std::string(word.begin(), word.end()));
  return words;
}

Json NumberOrText(const std::string& word) {
  if (word.empty() || word == "null") return nullptr;
  int number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && end == word.data() + word.size() ? Json(number) : Json(word);
}

/// "DAPI,null" as a list.
Json ListOfWords(std::string_view text) {
  Json list = Json::array();
  for (const auto word : std::views::split(text, ','))
    list.push_back(NumberOrText(std::string(word.begin(), word.end())));
  return list;
}

/// "z=3,t=1" as an object.
Json ObjectOfPairs(std::string_view text) {
  Json object = Json::object();
  for (const auto part : std::views::split(text, ',')) {
    const std::string pair(part.begin(), part.end());
    const std::size_t sign = pair.find('=');
    if (sign == std::string::npos) return Json(std::string(text));  // refused by its type
    object[pair.substr(0, sign)] = NumberOrText(pair.substr(sign + 1));
  }
  return object;
}

}  // namespace

Result<Json> ParameterTable::Resolve(const Json& params) const {
  if (!params.is_object()) {
    return Fail(ErrorCode::kInvalidArgument, "'params' must be a JSON object of parameters by name.", "params");
  }
  return ResolveObject(parameters_, params, "params");
}

Result<Json> ParameterTable::ParseText(const Parameter& parameter, std::string_view text) {
  if (parameter.type == ParameterType::kString) return Json(std::string(text));
  if (parameter.type == ParameterType::kChoiceList && !text.starts_with('[')) return SplitAtCommas(text);
  const bool is_json = text.starts_with('[') || text.starts_with('{') || text == "null";
  if (parameter.type == ParameterType::kChannelList && !is_json) return ListOfWords(text);
  if (parameter.type == ParameterType::kObject && !is_json) return ObjectOfPairs(text);
  const bool is_list = parameter.type == ParameterType::kRange;
  Result<Json> value = ParseJson(is_list && text.contains(',') && !text.starts_with('[') ? "[" + std::string(text) + "]"
                                                                                         : std::string(text));
  if (!value) return Refuse(parameter, Json(std::string(text)), "params." + parameter.name);
  return value;
}

}  // namespace intelliclinix::runners
