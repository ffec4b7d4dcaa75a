#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/byte_source.h"
#include "nn/onnx_check.h"
#include "nn/onnx_inline.h"

// Any bytes are an ONNX file or an error. What lies in other files is taken in: then none does.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace intelliclinix;
  const std::span<const std::byte> file = std::as_bytes(std::span(bytes, size));
  const Status whole = nn::CheckOnnx(file);
  const auto open = [file](const std::string&) -> Result<std::unique_ptr<ByteSource>> {
    return std::make_unique<MemorySource>(file);
  };
  const auto inlined = nn::InlineTensors(file, open, 4 << 20);
  if (whole && !inlined) __builtin_trap();
  if (!inlined) return 0;
  const Status after = nn::CheckOnnx(*inlined);
  if (whole && !after) __builtin_trap();
  if (!after && after.error().message.find("', which is not read") != std::string::npos) __builtin_trap();
  return 0;
}
