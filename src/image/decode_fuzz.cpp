// Any bytes: Check and Decode give the same verdict, and take no more memory than their limits say.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "image/decode.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace intelliclinix;
  constexpr image::DecodeLimits kLimits{
      .max_pixels = 1 << 20, .max_side = 1 << 16, .max_channels = 16, .max_bytes = 8 << 20, .max_block_bytes = 4 << 20};
  MemorySource file(std::as_bytes(std::span(bytes, size)));
  const Result<image::Image> image = image::Decode(file, kLimits);
  const Result<image::ImageHeader> checked = image::Check(file, kLimits);
  if (image.has_value() != checked.has_value()) std::abort();
  if (!image) return 0;
  const auto samples = static_cast<std::uint64_t>(image->height) * image->width * image->channels;
  if (image->samples.size() != samples * BytesPerSample(image->type)) std::abort();
  if (image->samples.size() > kLimits.max_bytes) std::abort();
  return 0;
}
