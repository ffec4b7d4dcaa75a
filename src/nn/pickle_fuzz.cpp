#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "nn/pickle.h"

// Any bytes are a pickle or an error, and nothing but what the rules name is in it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace intelliclinix::nn;
  static constexpr std::string_view kGlobals[] = {"collections.OrderedDict", "torch._utils._rebuild_tensor_v2"};
  const PickleRules rules{.file = "file", .purpose = "a test", .globals = kGlobals, .max_values = 10'000};
  const auto pickle = ReadPickle(std::as_bytes(std::span(bytes, size)), rules);
  if (!pickle) return 0;
  if (pickle->bytes > size || pickle->root == nullptr) __builtin_trap();
  for (const PickleValue& value : pickle->values) {
    const bool named = value.Is(PickleValue::Kind::kGlobal) || value.Is(PickleValue::Kind::kCall);
    if (named && value.text != kGlobals[0] && value.text != kGlobals[1]) __builtin_trap();
    for (const PickleValue* const item : value.items) {
      if (item == nullptr) __builtin_trap();
    }
  }
  return 0;
}
