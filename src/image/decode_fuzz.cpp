// Any bytes: what Check passes decodes, each plane of a stack, and takes no more memory than the limits say.
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <span>

#include "image/decode.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace intelliclinix;
  constexpr image::DecodeLimits kLimits{
      .max_pixels = 1 << 20, .max_side = 1 << 16, .max_channels = 16, .max_bytes = 8 << 20, .max_block_bytes = 4 << 20};
  MemorySource file(std::as_bytes(std::span(bytes, size)));
  constexpr const char* kAxes[] = {"", "ZYX", "CYX", "TYX"};
  const char* const axes = kAxes[size % std::size(kAxes)];
  const Result<image::ImageHeader> checked = image::Check(file, kLimits, axes);
  if (!checked) {
    (void)image::Decode(file, kLimits, {.axes = axes});
    return 0;
  }
  const image::PlaneIndex last{.z = checked->depth - 1, .t = checked->times - 1};
  for (const auto projection : {image::ZProjection::kNone, image::ZProjection::kMax, image::ZProjection::kMean}) {
    const Result<image::Image> image = image::Decode(file, kLimits, {axes, last, projection});
    if (!image) std::abort();
    const auto samples = static_cast<std::uint64_t>(image->height) * image->width * image->channels;
    if (image->samples.size() != samples * BytesPerSample(image->type)) std::abort();
    if (image->samples.size() > kLimits.max_bytes) std::abort();
  }
  return 0;
}
