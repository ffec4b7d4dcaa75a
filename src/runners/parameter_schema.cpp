#include <cstdint>

#include "runners/parameter_table.h"

namespace intelliclinix::runners {
namespace {

Json ObjectSchema(const std::vector<Parameter>& table);

/// 3 rather than 3.0: generators of code and forms take the limits of an integer as they are written.
Json Limit(double limit) {
  const auto whole = static_cast<std::int64_t>(limit);
  return static_cast<double>(whole) == limit ? Json(whole) : Json(limit);
}

Json NumberSchema(const Parameter& parameter, const char* type) {
  Json schema = {{"type", type}};
  Json limits = Json::object();
  if (parameter.minimum) limits["minimum"] = Limit(*parameter.minimum);
  if (parameter.maximum) limits["maximum"] = Limit(*parameter.maximum);
  if (parameter.multiple_of > 0) limits["multipleOf"] = parameter.multiple_of;
  if (parameter.zero_allowed) {  // null, which is no number, is within all limits
    schema["anyOf"] = {{{"const", 0}}, std::move(limits)};
  } else {
    schema.update(limits);
  }
  return schema;
}

Json ListSchema(Json items, int length) {
  return {{"type", "array"}, {"minItems", length}, {"maxItems", length}, {"items", std::move(items)}};
}

Json RangeSchema(const Parameter& parameter) {
  Json range = ListSchema(NumberSchema(parameter, "number"), 2);
  if (parameter.list_length == 0) return range;
  Json ranges = ListSchema(range, parameter.list_length);
  return {{"oneOf", {std::move(range), std::move(ranges)}}};
}

Json ChannelListSchema(const Parameter& parameter) {
  Json channel = NumberSchema(parameter, "integer");
  channel["type"] = {"integer", "string", "null"};
  return ListSchema(std::move(channel), parameter.list_length);
}

Json ValueSchema(const Parameter& parameter) {
  Json schema;
  switch (parameter.type) {
    case ParameterType::kNumber:
      return NumberSchema(parameter, "number");
    case ParameterType::kInteger:
      return NumberSchema(parameter, "integer");
    case ParameterType::kBoolean:
      return {{"type", "boolean"}};
    case ParameterType::kString:
      schema["type"] = "string";
      if (!parameter.choices.empty()) schema["enum"] = parameter.choices;
      return schema;
    case ParameterType::kRange:
      return RangeSchema(parameter);
    case ParameterType::kChoiceList:
      return {{"type", "array"},
              {"minItems", 1},
              {"uniqueItems", true},
              {"items", {{"type", "string"}, {"enum", parameter.choices}}}};
    case ParameterType::kSwitch:
      schema["oneOf"] = Json::array({{{"type", "boolean"}}, ObjectSchema(parameter.members)});
      return schema;
    case ParameterType::kObject:
      return ObjectSchema(parameter.members);
    case ParameterType::kChannelList:
      return ChannelListSchema(parameter);
  }
  return schema;
}

/// Allows null beside what the schema allows.
void AllowNull(Json& schema) {
  if (schema.contains("oneOf")) {
    schema["oneOf"].push_back({{"type", "null"}});
  } else {
    schema["type"] = {schema["type"], "null"};
    if (schema.contains("enum")) schema["enum"].push_back(nullptr);
  }
}

Json ObjectSchema(const std::vector<Parameter>& table) {
  Json properties = Json::object();
  for (const Parameter& parameter : table) {
    if (!parameter.unsupported.empty()) continue;
    Json schema = ValueSchema(parameter);
    if (parameter.default_value.is_null()) AllowNull(schema);
    schema["default"] = parameter.default_value;
    schema["description"] = parameter.description;
    if (!parameter.unit.empty()) schema["x-unit"] = parameter.unit;
    properties[parameter.name] = std::move(schema);
  }
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

}  // namespace

Json ParameterTable::JsonSchema() const {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}};
  schema.update(ObjectSchema(parameters_));
  return schema;
}

}  // namespace intelliclinix::runners
