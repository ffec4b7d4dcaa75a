// Any bytes as a label image that comes back: what is read has a label a pixel, and no more pixels than the limit.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "image/decode_labels.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace intelliclinix;
  constexpr image::LabelLimits kLimits{.size = {}, .max_pixels = 1 << 20};
  MemorySource file(std::as_bytes(std::span(bytes, size)));
  const Result<image::LabelImage> labels = image::DecodeLabels(file, kLimits);
  if (!labels) return 0;
  const std::size_t pixels = static_cast<std::size_t>(labels->height) * labels->width;
  if (pixels == 0 || pixels > kLimits.max_pixels || labels->labels.size() != pixels) std::abort();
  const std::optional<std::uint32_t> missing = image::FirstMissingLabel(*labels);
  for (const std::uint32_t label : labels->labels) {
    if (missing == label) std::abort();
  }
  return 0;
}
