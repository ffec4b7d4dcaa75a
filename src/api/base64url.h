// base64url without padding, as tokens are written.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace intelliclinix::api {

/// Source: RFC 4648 section 5, RFC 7515 section 2.
std::string Base64UrlEncode(std::span<const std::uint8_t> bytes);

/// Nothing for padding, for any other character, and for an ending that the encoder does not write: each sequence of
/// bytes has exactly one text.
std::optional<std::string> Base64UrlDecode(std::string_view text);

}  // namespace intelliclinix::api
