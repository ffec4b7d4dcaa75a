#include "runners/parameter_table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

namespace intelliclinix::runners {
namespace {

std::string FieldOf(const Parameter& parameter) { return "params." + parameter.name; }

/// "17", "0.4": as short as it can be written.
std::string NumberText(double number) {
  std::ostringstream text;
  text << number;
  return text.str();
}

std::string TypeText(const Parameter& parameter) {
  switch (parameter.type) {
    case ParameterType::kNumber:
      return "a number";
    case ParameterType::kInteger:
      return "a whole number";
    case ParameterType::kBoolean:
      return "true or false";
    case ParameterType::kString:
      return "a text";
    case ParameterType::kIntegerList:
      return "a list of " + std::to_string(parameter.list_length) + " whole numbers";
  }
  return "a value";
}

std::string RangeText(const Parameter& parameter) {
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

/// The one sentence for a value that does not fit.
std::unexpected<Error> Refuse(const Parameter& parameter, const Json& value) {
  std::string expected = TypeText(parameter) + RangeText(parameter);
  if (!parameter.choices.empty()) expected = "one of " + ChoicesText(parameter);
  if (!parameter.unit.empty()) expected += " (" + parameter.unit + ")";
  if (parameter.default_value.is_null()) expected += ", or null";
  std::string got = DumpJson(value);
  if (got.size() > 60) got = got.substr(0, 57) + "...";
  return Fail(ErrorCode::kInvalidArgument, "'" + parameter.name + "' must be " + expected + "; got " + got + ".",
              FieldOf(parameter));
}

bool InRange(const Parameter& parameter, double number) {
  return std::isfinite(number) && (!parameter.minimum || number >= *parameter.minimum) &&
         (!parameter.maximum || number <= *parameter.maximum);
}

bool IsWholeInRange(const Parameter& parameter, const Json& value) {
  return value.is_number_integer() && InRange(parameter, value.get<double>());
}

bool Fits(const Parameter& parameter, const Json& value) {
  if (value.is_null()) return parameter.default_value.is_null();
  switch (parameter.type) {
    case ParameterType::kNumber:
      return value.is_number() && InRange(parameter, value.get<double>());
    case ParameterType::kInteger:
      return IsWholeInRange(parameter, value);
    case ParameterType::kBoolean:
      return value.is_boolean();
    case ParameterType::kString:
      return value.is_string() &&
             (parameter.choices.empty() ||
              std::ranges::find(parameter.choices, value.get<std::string>()) != parameter.choices.end());
    case ParameterType::kIntegerList:
      return value.is_array() && value.size() == static_cast<std::size_t>(parameter.list_length) &&
             std::ranges::all_of(value, [&](const Json& member) { return IsWholeInRange(parameter, member); });
  }
  return false;
}

Json TypeSchema(const Parameter& parameter) {
  Json schema = Json::object();
  Json* numbers = &schema;
  std::string type;
  switch (parameter.type) {
    case ParameterType::kNumber:
      type = "number";
      break;
    case ParameterType::kInteger:
      type = "integer";
      break;
    case ParameterType::kBoolean:
      type = "boolean";
      break;
    case ParameterType::kString:
      type = "string";
      break;
    case ParameterType::kIntegerList:
      type = "array";
      break;
  }
  if (parameter.default_value.is_null()) {
    schema["type"] = {type, "null"};
  } else {
    schema["type"] = type;
  }
  if (parameter.type == ParameterType::kIntegerList) {
    schema["minItems"] = schema["maxItems"] = parameter.list_length;
    schema["items"] = {{"type", "integer"}};
    numbers = &schema["items"];
  }
  if (parameter.minimum) (*numbers)["minimum"] = *parameter.minimum;
  if (parameter.maximum) (*numbers)["maximum"] = *parameter.maximum;
  if (!parameter.choices.empty()) schema["enum"] = parameter.choices;
  return schema;
}

}  // namespace

Result<Json> ParameterTable::Resolve(const Json& params) const {
  if (!params.is_object()) {
    return Fail(ErrorCode::kInvalidArgument, "'params' must be a JSON object of parameters by name.", "params");
  }
  for (const auto& [name, value] : params.items()) {
    const auto found = std::ranges::find(parameters_, name, &Parameter::name);
    if (found == parameters_.end()) {
      std::string known;
      for (const Parameter& parameter : parameters_) known += (known.empty() ? "" : ", ") + parameter.name;
      return Fail(ErrorCode::kInvalidArgument,
                  "Unknown parameter '" + name.substr(0, 100) + "'. This model has: " + known + ".",
                  "params." + name.substr(0, 100));
    }
    if (!Fits(*found, value)) return Refuse(*found, value);
  }
  Json resolved = Json::object();
  for (const Parameter& parameter : parameters_) {
    resolved[parameter.name] = params.contains(parameter.name) ? params[parameter.name] : parameter.default_value;
  }
  return resolved;
}

Result<Json> ParameterTable::ParseText(const Parameter& parameter, std::string_view text) {
  if (parameter.type == ParameterType::kString) return Json(std::string(text));
  const bool list = parameter.type == ParameterType::kIntegerList && !text.starts_with('[');
  Result<Json> value = ParseJson(list ? "[" + std::string(text) + "]" : std::string(text));
  if (!value) return Refuse(parameter, Json(std::string(text)));
  return value;
}

Json ParameterTable::JsonSchema() const {
  Json properties = Json::object();
  for (const Parameter& parameter : parameters_) {
    Json schema = TypeSchema(parameter);
    schema["default"] = parameter.default_value;
    schema["description"] = parameter.description;
    if (!parameter.unit.empty()) schema["x-unit"] = parameter.unit;
    properties[parameter.name] = std::move(schema);
  }
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"type", "object"},
          {"properties", std::move(properties)},
          {"additionalProperties", false}};
}

}  // namespace intelliclinix::runners
