#include <cstddef>
#include <cstdint>

#include "nn/checkpoint.h"

// Any bytes are a checkpoint or an error, within the limits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  intelliclinix::MemorySource source(std::as_bytes(std::span(bytes, size)));
  (void)intelliclinix::nn::ReadCheckpoint(source, {.max_bytes = 16 << 20});
  return 0;
}
