// Any bytes: a safe name is safe whatever it was made of, and names of one folder differ.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/safe_name.h"
#include "http/text.h"

namespace {

bool IsSafe(std::string_view name) {
  return !name.empty() && name.size() <= 255 && intelliclinix::http::IsUtf8(name) &&
         !intelliclinix::http::HasControls(name) && name.find_first_of("/\\:*?\"<>|") == std::string_view::npos &&
         !name.ends_with('.') && !name.ends_with(' ') && !name.starts_with(' ');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace intelliclinix::api;
  const std::string_view name(reinterpret_cast<const char*>(bytes), size);
  const std::string safe = SafeFileName(name);
  if (!IsSafe(safe) || SafeFileName(safe) != safe) std::abort();
  UniqueNames names;
  const std::string first = names.Take(name);
  const std::string second = names.Take(name);
  if (!IsSafe(first) || !IsSafe(second) || intelliclinix::FileNameKey(first) == intelliclinix::FileNameKey(second))
    std::abort();
  return 0;
}
