// Numbers for people.
#pragma once

#include <cstdint>
#include <string>

namespace intelliclinix {

/// "1,234,567".
std::string GroupDigits(std::uint64_t number);

}  // namespace intelliclinix
