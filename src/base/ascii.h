// The letters of ASCII in either case, whatever the locale.
#pragma once

#include <string>
#include <string_view>

namespace intelliclinix {

/// A to Z become a to z; every other byte stays.
std::string AsciiLowerCase(std::string text);
/// Equal but for the case of A to Z.
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

}  // namespace intelliclinix
