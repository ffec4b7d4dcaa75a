// Hexadecimal text.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace intelliclinix {

/// Two lower-case digits a byte.
std::string HexEncode(std::span<const std::uint8_t> bytes);

/// Fills `bytes` from exactly twice as many digits (either case). False for any other text.
bool HexDecode(std::string_view hex, std::span<std::uint8_t> bytes);

}  // namespace intelliclinix
