// Values with parameters: `form-data; name="x"; filename*=UTF-8''y` (RFC 9110 section 5.6.6, RFC 8187).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace intelliclinix::http {

struct ParameterizedValue {
  std::string value;                                            ///< before the first ";"
  std::vector<std::pair<std::string, std::string>> parameters;  ///< names in lower case, quotes taken off

  /// The parameter of that lower-case name.
  const std::string* Find(std::string_view name) const;
};

/// Nothing for bad syntax and for a parameter that stands twice. In quotes, `\"` and `\\` are escapes; any other
/// backslash is itself, because browsers do not escape it.
std::optional<ParameterizedValue> ParseParameterized(std::string_view text);

/// Reads `UTF-8''na%C3%AFve` (RFC 8187). Nothing for another charset or bad syntax.
std::optional<std::string> DecodeExtendedValue(std::string_view text);

}  // namespace intelliclinix::http
