#include "base/utf8.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace intelliclinix {
namespace {

// Bytes that follow a lead byte, and the smallest code point that may be written so; length 0: not a lead byte.
struct Lead {
  int following = 0;
  std::uint32_t bits = 0;
  std::uint32_t smallest = 0;
};

std::optional<Lead> ReadLead(std::uint8_t byte) {
  if (byte < 0x80) return Lead{0, byte, 0};
  if (byte >= 0xC0 && byte < 0xE0) return Lead{1, byte & 0x1Fu, 0x80};
  if (byte >= 0xE0 && byte < 0xF0) return Lead{2, byte & 0x0Fu, 0x800};
  if (byte >= 0xF0 && byte < 0xF8) return Lead{3, byte & 0x07u, 0x10000};
  return std::nullopt;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::optional<Lead> lead = ReadLead(static_cast<std::uint8_t>(text[i++]));
    if (!lead) return false;
    std::uint32_t code_point = lead->bits;
    for (int k = 0; k < lead->following; ++k, ++i) {
      if (i == text.size() || (static_cast<std::uint8_t>(text[i]) & 0xC0) != 0x80) return false;
      code_point = code_point << 6 | (static_cast<std::uint8_t>(text[i]) & 0x3F);
    }
    const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    if (code_point < lead->smallest || code_point > 0x10FFFF || surrogate) return false;
  }
  return true;
}

bool HasControls(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F; });
}

}  // namespace intelliclinix
