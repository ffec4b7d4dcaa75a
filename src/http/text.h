// Character sets and encodings of HTTP's text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/ascii.h"
#include "base/utf8.h"

namespace intelliclinix::http {

/// Source: RFC 9110 section 5.6.2.
bool IsTokenChar(char c);
/// At least one character, all of them token characters.
bool IsToken(std::string_view text);

/// Without spaces and tabs around it.
std::string_view TrimBlanks(std::string_view text);

using intelliclinix::EqualsIgnoreCase;
using intelliclinix::HasControls;
using intelliclinix::IsUtf8;
/// Code points of well-formed UTF-8.
std::size_t CountCharacters(std::string_view text);

/// Takes "%41" for "A". Nothing for a "%" without two hex digits behind it.
std::optional<std::string> PercentDecode(std::string_view text);
/// Everything but letters, digits and "-._~" as %XX. Source: RFC 3986 section 2.3.
std::string PercentEncode(std::string_view text);

}  // namespace intelliclinix::http
