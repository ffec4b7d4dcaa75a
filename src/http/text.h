// Character sets and encodings of HTTP's text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace intelliclinix::http {

/// Source: RFC 9110 section 5.6.2.
bool IsTokenChar(char c);
/// At least one character, all of them token characters.
bool IsToken(std::string_view text);

/// ASCII case only.
bool EqualsIgnoreCase(std::string_view a, std::string_view b);
/// Without spaces and tabs around it.
std::string_view TrimBlanks(std::string_view text);

/// Well-formed UTF-8: no overlong forms, no surrogates. Source: RFC 3629.
bool IsUtf8(std::string_view text);
/// Code points of well-formed UTF-8.
std::size_t CountCharacters(std::string_view text);
/// Has a byte below 0x20, or 0x7F.
bool HasControls(std::string_view text);

/// Takes "%41" for "A". Nothing for a "%" without two hex digits behind it.
std::optional<std::string> PercentDecode(std::string_view text);
/// Everything but letters, digits and "-._~" as %XX. Source: RFC 3986 section 2.3.
std::string PercentEncode(std::string_view text);

}  // namespace intelliclinix::http
