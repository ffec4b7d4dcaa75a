// What text from outside is made of.
#pragma once

#include <string_view>

namespace intelliclinix {

/// Well-formed UTF-8: no overlong forms, no surrogates. Source: RFC 3629.
bool IsUtf8(std::string_view text);
/// Has a byte below 0x20, or 0x7F.
bool HasControls(std::string_view text);

}  // namespace intelliclinix
