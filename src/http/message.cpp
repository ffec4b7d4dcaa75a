#include "http/message.h"

#include <algorithm>

#include "http/text.h"

namespace intelliclinix::http {

void Headers::Add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }

void Headers::Set(std::string name, std::string value) {
  Remove(name);
  Add(std::move(name), std::move(value));
}

void Headers::Remove(std::string_view name) {
  std::erase_if(fields_, [&](const auto& field) { return EqualsIgnoreCase(field.first, name); });
}

std::string_view Headers::Get(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (EqualsIgnoreCase(field, name)) return value;
  }
  return {};
}

bool Headers::Has(std::string_view name) const {
  return std::ranges::any_of(fields_, [&](const auto& field) { return EqualsIgnoreCase(field.first, name); });
}

std::string_view Request::Param(std::string_view name) const {
  for (const auto& [param, value] : params) {
    if (param == name) return value;
  }
  return {};
}

std::optional<std::string_view> Request::Query(std::string_view name) const {
  for (const auto& [parameter, value] : query) {
    if (parameter == name) return value;
  }
  return std::nullopt;
}

std::string AttachmentDisposition(std::string_view filename) {
  // The plain form is for clients that do not know filename*; what a quoted ASCII string cannot say becomes "_".
  std::string plain;
  for (const char c : filename) {
    const bool fits = c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '%';
    plain += fits ? c : '_';
  }
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + PercentEncode(filename);
}

}  // namespace intelliclinix::http
