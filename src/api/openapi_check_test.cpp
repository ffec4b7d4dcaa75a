#include "api/openapi_check_test.h"

#include <algorithm>
#include <stdexcept>

#include "api/api_fixture_test.h"
#include "api/openapi.h"

namespace intelliclinix::api::testing {
namespace {

std::string UpperCase(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

std::string LowerCase(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

bool HasType(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  return type == "null" && value.is_null();
}

bool HasAnyType(const Json& value, const Json& types) {
  if (types.is_string()) return HasType(value, types);
  return std::ranges::any_of(types, [&](const Json& type) { return HasType(value, type); });
}

}  // namespace

OpenApiDocument::OpenApiDocument() : json_(*ParseJson(OpenApiJson())) {}

std::vector<std::string> OpenApiDocument::Operations() const {
  std::vector<std::string> operations;
  for (const auto& [path, item] : json_["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      if (method != "parameters") operations.push_back(UpperCase(method) + " " + path);
    }
  }
  return operations;
}

const Json& OpenApiDocument::Operation(const std::string& route) const {
  const std::size_t space = route.find(' ');
  return json_.at("paths").at(route.substr(space + 1)).at(LowerCase(route.substr(0, space)));
}

bool OpenApiDocument::IsPublic(const std::string& route) const {
  const Json& operation = Operation(route);
  return operation.contains("security") && operation["security"].empty();
}

std::vector<std::string> OpenApiDocument::Mismatches(const std::string& route, const http::Response& response) const {
  const Json& responses = Operation(route).at("responses");
  const std::string status = std::to_string(response.status);
  if (!responses.contains(status)) return {"the status " + status + " is not described"};
  const Json& described = Resolve(responses[status]);
  const std::string_view full_type = response.headers.Get("Content-Type");
  const std::string type(full_type.substr(0, full_type.find(';')));
  if (!described.contains("content")) return {};
  if (!described["content"].contains(type)) return {"the content type '" + type + "' is not described for " + status};
  const Json& content = described["content"][type];
  std::vector<std::string> found;
  if (content.contains("schema") && type.ends_with("json")) {
    CheckValue(content["schema"], BodyJson(response), "body", found);
  }
  return found;
}

const Json& OpenApiDocument::Resolve(const Json& node) const {
  if (!node.contains("$ref")) return node;
  const std::string target = node["$ref"];
  if (!target.starts_with("#/")) throw std::runtime_error("a reference that leaves the document: " + target);
  return Resolve(json_.at(Json::json_pointer(target.substr(1))));
}

void OpenApiDocument::CheckValue(const Json& unresolved, const Json& value, const std::string& at,
                                 std::vector<std::string>& found) const {
  const Json& schema = Resolve(unresolved);
  const auto fail = [&](const std::string& why) { found.push_back(at + " " + why + ": " + DumpJson(value)); };
  if (schema.contains("type") && !HasAnyType(value, schema["type"])) fail("is of another type");
  if (schema.contains("const") && schema["const"] != value) fail("is another value");
  if (schema.contains("enum") && std::ranges::find(schema["enum"], value) == schema["enum"].end()) {
    fail("is not one of the values");
  }
  if (schema.contains("oneOf")) {
    const bool fits = std::ranges::any_of(schema["oneOf"], [&](const Json& choice) {
      std::vector<std::string> inner;
      CheckValue(choice, value, at, inner);
      return inner.empty();
    });
    if (!fits) fail("fits none of the choices");
  }
  if (value.is_object()) CheckMembers(schema, value, at, found);
  if (value.is_array() && schema.contains("items")) {
    for (const Json& item : value) CheckValue(schema["items"], item, at + "[]", found);
  }
}

void OpenApiDocument::CheckMembers(const Json& schema, const Json& value, const std::string& at,
                                   std::vector<std::string>& found) const {
  Json properties = Json::object();
  bool open = true;
  CollectProperties(schema, properties, open);
  for (const auto& [name, member] : value.items()) {
    if (properties.contains(name)) {
      CheckValue(properties[name]["schema"], member, at + "." + name, found);
    } else if (!open) {
      found.push_back(at + " has a member that is not described: " + name);
    }
  }
  for (const auto& [name, property] : properties.items()) {
    if (property["required"] && !value.contains(name)) found.push_back(at + " lacks " + name);
  }
}

// A schema that names no members allows any.
void OpenApiDocument::CollectProperties(const Json& unresolved, Json& properties, bool& open) const {
  const Json& schema = Resolve(unresolved);
  if (schema.contains("properties")) {
    open = false;
    const Json required = schema.value("required", Json::array());
    for (const auto& [name, property] : schema["properties"].items()) {
      const bool needed = std::ranges::find(required, Json(name)) != required.end();
      properties[name] = {{"schema", property}, {"required", needed}};
    }
  }
  for (const Json& part : schema.value("allOf", Json::array())) CollectProperties(part, properties, open);
}

}  // namespace intelliclinix::api::testing
