// Holds responses to docs/openapi.yaml.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "http/message.h"

namespace intelliclinix::api::testing {

/// The document as the program serves it. Threads: any; immutable.
class OpenApiDocument {
 public:
  OpenApiDocument();

  const Json& json() const { return json_; }
  /// "GET /api/models/{model_id}", in the document's order.
  std::vector<std::string> Operations() const;
  /// The operation of "METHOD /pattern"; throws when there is none.
  const Json& Operation(const std::string& route) const;
  bool IsPublic(const std::string& route) const;

  /// What is not as the document says: a status, a content type, a member that is missing, unknown or of another type.
  std::vector<std::string> Mismatches(const std::string& route, const http::Response& response) const;

 private:
  const Json& Resolve(const Json& node) const;
  void CheckValue(const Json& schema, const Json& value, const std::string& at, std::vector<std::string>& found) const;
  void CheckMembers(const Json& schema, const Json& value, const std::string& at,
                    std::vector<std::string>& found) const;
  void CollectProperties(const Json& schema, Json& properties, bool& open) const;

  Json json_;
};

}  // namespace intelliclinix::api::testing
