#include <cstddef>
#include <cstdint>
#include <span>

#include "runners/onnx_description.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static_cast<void>(intelliclinix::runners::ParseOnnxDescription(std::as_bytes(std::span(bytes, size))));
  return 0;
}
