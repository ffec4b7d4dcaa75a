#include <cstddef>
#include <cstdint>
#include <span>

#include "nn/onnx_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static_cast<void>(intelliclinix::nn::CheckOnnx(std::as_bytes(std::span(bytes, size))));
  return 0;
}
