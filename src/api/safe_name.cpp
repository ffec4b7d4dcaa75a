#include "api/safe_name.h"

#include <algorithm>
#include <array>
#include <cwctype>

#include "http/text.h"

namespace intelliclinix::api {
namespace {

constexpr std::size_t kMaxNameBytes = 255;
constexpr std::size_t kMaxExtensionBytes = 16;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

bool IsForbidden(char c) { return http::HasControls({&c, 1}) || std::string_view("/\\:*?\"<>|").contains(c); }

std::string_view CutUtf8(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  while (max_bytes > 0 && IsContinuation(text[max_bytes])) --max_bytes;
  return text.substr(0, max_bytes);
}

// `stem` + `suffix` + extension of `name`, the stem cut so that all fit.
std::string WithSuffix(std::string_view name, std::string_view suffix) {
  auto [stem, extension] = SplitExtension(name);
  if (extension.size() > kMaxExtensionBytes) {
    stem = name;
    extension = {};
  }
  std::string result(CutUtf8(stem, kMaxNameBytes - suffix.size() - extension.size()));
  return result.append(suffix).append(extension);
}

// Windows drops dots and spaces at the end of a name; "." and ".." are nothing but such.
std::string Trimmed(std::string name) {
  name.erase(std::min(name.find_last_not_of(". ") + 1, name.size()));
  name.erase(0, std::min(name.find_first_not_of(' '), name.size()));
  return name.empty() ? "_" : name;
}

// Devices keep their meaning with any extension: "nul.png" is NUL.
bool IsDevice(std::string_view name) {
  constexpr std::array<std::string_view, 6> kDevices = {"con", "prn", "aux", "nul", "conin$", "conout$"};
  constexpr std::array<std::string_view, 13> kPorts = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³"};
  std::string_view base = name.substr(0, name.find('.'));
  base = base.substr(0, base.find_last_not_of(' ') + 1);
  const auto is_base = [base](std::string_view device) { return http::EqualsIgnoreCase(base, device); };
  if (std::ranges::any_of(kDevices, is_base)) return true;
  const std::string_view port = base.substr(0, 3);
  if (!http::EqualsIgnoreCase(port, "com") && !http::EqualsIgnoreCase(port, "lpt")) return false;
  return std::ranges::find(kPorts, base.substr(3)) != kPorts.end();
}

char32_t NextCodePoint(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  char32_t code = first;
  if (first >= 0xC0) code = first & (first >= 0xF0 ? 0x07 : first >= 0xE0 ? 0x0F : 0x1F);
  while (at < text.size() && IsContinuation(text[at])) {
    code = code << 6 | (static_cast<unsigned char>(text[at++]) & 0x3F);
  }
  return code;
}

}  // namespace

std::pair<std::string_view, std::string_view> SplitExtension(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {name, {}};
  return {name.substr(0, dot), name.substr(dot)};
}

std::string SafeFileName(std::string_view name) {
  std::string safe(name);
  const bool utf8 = http::IsUtf8(name);
  for (char& c : safe) {
    if (IsForbidden(c) || (!utf8 && static_cast<unsigned char>(c) >= 0x80)) c = '_';
  }
  safe = Trimmed(WithSuffix(Trimmed(std::move(safe)), ""));
  return IsDevice(safe) ? Trimmed(WithSuffix("_" + safe, "")) : safe;
}

UniqueNames::UniqueNames() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {}

UniqueNames::~UniqueNames() {
  if (locale_ != nullptr) freelocale(locale_);
}

std::u32string UniqueNames::Key(std::string_view name) const {
  std::u32string key;
  for (std::size_t at = 0; at < name.size();) {
    const auto code = static_cast<wint_t>(NextCodePoint(name, at));
    key += static_cast<char32_t>(locale_ != nullptr ? towlower_l(code, locale_) : towlower(code));
  }
  return key;
}

std::string UniqueNames::Take(std::string_view name) {
  std::string taken = SafeFileName(name);
  const auto [found, is_free] = last_number_.try_emplace(Key(taken), 1);
  if (is_free) return taken;
  const std::string first = taken;
  do {
    taken = WithSuffix(first, "_" + std::to_string(++found->second));
  } while (!last_number_.try_emplace(Key(taken), 1).second);
  return taken;
}

}  // namespace intelliclinix::api
