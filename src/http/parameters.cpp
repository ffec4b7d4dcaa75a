#include "http/parameters.h"

#include <algorithm>

#include "http/text.h"

namespace intelliclinix::http {
namespace {

void SkipBlanks(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size())); }

std::string TakeToken(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, IsTokenChar);
  const auto length = static_cast<std::size_t>(end - text.begin());
  std::string token(text.substr(0, length));
  text.remove_prefix(length);
  return token;
}

std::optional<std::string> TakeQuoted(std::string_view& text) {
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    const bool escape = text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
    value += text[escape ? ++i : i];
  }
  return std::nullopt;
}

bool TakeParameter(std::string_view& text, ParameterizedValue& result) {
  std::string name = AsciiLowerCase(TakeToken(text));
  if (name.empty() || !text.starts_with('=') || result.Find(name) != nullptr) return false;
  text.remove_prefix(1);
  std::optional<std::string> value;
  if (text.starts_with('"')) {
    value = TakeQuoted(text);
  } else {
    value = TakeToken(text);
    if (value->empty()) return false;
  }
  if (!value) return false;
  result.parameters.emplace_back(std::move(name), *std::move(value));
  return true;
}

}  // namespace

const std::string* ParameterizedValue::Find(std::string_view name) const {
  for (const auto& [parameter, found] : parameters) {
    if (parameter == name) return &found;
  }
  return nullptr;
}

std::optional<ParameterizedValue> ParseParameterized(std::string_view text) {
  ParameterizedValue result;
  const std::size_t first = std::min(text.find(';'), text.size());
  result.value = TrimBlanks(text.substr(0, first));
  text.remove_prefix(first);
  while (!text.empty()) {
    if (!text.starts_with(';')) return std::nullopt;
    text.remove_prefix(1);
    SkipBlanks(text);
    if (text.empty()) break;  // a ";" at the end is common
    if (!TakeParameter(text, result)) return std::nullopt;
    SkipBlanks(text);
  }
  return result;
}

std::optional<std::string> DecodeExtendedValue(std::string_view text) {
  const std::size_t first = text.find('\'');
  const std::size_t second = first == std::string_view::npos ? first : text.find('\'', first + 1);
  if (second == std::string_view::npos || !EqualsIgnoreCase(text.substr(0, first), "UTF-8")) return std::nullopt;
  return PercentDecode(text.substr(second + 1));
}

}  // namespace intelliclinix::http
