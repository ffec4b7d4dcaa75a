#include "nn/pickle.h"

#include <algorithm>

#include "nn/pickle/machine.h"

namespace intelliclinix::nn {

const PickleValue* PickleValue::Find(std::string_view key) const {
  if (!Is(Kind::kDict)) return nullptr;
  const PickleValue* found = nullptr;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i]->Is(Kind::kText) && items[i]->text == key) found = items[i + 1];
  }
  return found;
}

Result<Pickle> ReadPickle(std::span<const std::byte> bytes, const PickleRules& rules) {
  return pickle::Run(bytes, rules);
}

bool ReadIntegers(const PickleValue& value, std::vector<std::int64_t>& integers) {
  using Kind = PickleValue::Kind;
  constexpr std::size_t kMaxAxes = 32;  // NumPy's bound until 2.0, and far above what a network has
  if (!value.Is(Kind::kTuple) && !value.Is(Kind::kList)) return false;
  if (value.items.size() > kMaxAxes) return false;
  integers.clear();
  for (const PickleValue* item : value.items) {
    if (!item->Is(Kind::kInt)) return false;
    integers.push_back(item->integer);
  }
  return true;
}

std::string Printable(std::string_view text) {
  constexpr std::size_t kMaxLength = 120;
  std::string printable(text.substr(0, kMaxLength));
  std::ranges::replace_if(printable, [](char c) { return c < ' ' || c > '~'; }, '?');
  return printable;
}

}  // namespace intelliclinix::nn
