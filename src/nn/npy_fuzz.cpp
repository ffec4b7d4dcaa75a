#include <cstddef>
#include <cstdint>

#include "nn/npy.h"

// Any bytes are an array, a dict of arrays or an error; an array survives being written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using intelliclinix::MemorySource;
  MemorySource source(std::as_bytes(std::span(bytes, size)));
  (void)intelliclinix::nn::ReadNpyDict(source, 4 << 20);
  const auto tensor = intelliclinix::nn::ReadNpy(source, 4 << 20);
  if (!tensor.has_value()) return 0;
  MemorySource again(intelliclinix::nn::EncodeNpy(*tensor));
  if (!intelliclinix::nn::ReadNpy(again, 4 << 20).has_value()) __builtin_trap();
  return 0;
}
