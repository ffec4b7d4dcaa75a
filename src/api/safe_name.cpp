#include "api/safe_name.h"

#include <algorithm>
#include <array>

#include "http/text.h"

namespace intelliclinix::api {
namespace {

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
  std::string result(CutUtf8(stem, kMaxFileNameBytes - suffix.size() - extension.size()));
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

}  // namespace

std::string SafeFileName(std::string_view name) {
  std::string safe(name);
  const bool utf8 = http::IsUtf8(name);
  for (char& c : safe) {
    if (IsForbidden(c) || (!utf8 && static_cast<unsigned char>(c) >= 0x80)) c = '_';
  }
  safe = Trimmed(WithSuffix(Trimmed(std::move(safe)), ""));
  return IsDevice(safe) ? Trimmed(WithSuffix("_" + safe, "")) : safe;
}

std::string UniqueNames::Take(std::string_view name) {
  std::string taken = SafeFileName(name);
  const auto [found, is_free] = last_number_.try_emplace(FileNameKey(taken), 1);
  if (is_free) return taken;
  const std::string first = taken;
  do {
    taken = WithSuffix(first, "_" + std::to_string(++found->second));
  } while (!last_number_.try_emplace(FileNameKey(taken), 1).second);
  return taken;
}

}  // namespace intelliclinix::api
