#include "base/file_name.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include "base/ascii.h"

namespace intelliclinix {

std::pair<std::string_view, std::string_view> SplitExtension(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {name, {}};
  return {name.substr(0, dot), name.substr(dot)};
}

std::string FileNameKey(std::string_view name) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const decompose = icu::Normalizer2::getNFDInstance(status);
  const icu::UnicodeString text = icu::UnicodeString::fromUTF8({name.data(), static_cast<std::int32_t>(name.size())});
  // Folding can compose what was apart, and decomposing brings out letters that have a case.
  icu::UnicodeString folded = decompose != nullptr ? decompose->normalize(text, status) : text;
  folded.foldCase();
  std::string key;
  if (decompose != nullptr) folded = decompose->normalize(folded, status);
  if (U_FAILURE(status) != 0) return AsciiLowerCase(std::string(name));
  return folded.toUTF8String(key);
}

}  // namespace intelliclinix
