#include "base/ascii.h"

#include <algorithm>

namespace intelliclinix {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string AsciiLowerCase(std::string text) {
  std::ranges::transform(text, text.begin(), Lower);
  return text;
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return Lower(x) == Lower(y); });
}

}  // namespace intelliclinix
