#include "base/digits.h"

namespace intelliclinix {

std::string GroupDigits(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) text.insert(at, ",");
  return text;
}

}  // namespace intelliclinix
