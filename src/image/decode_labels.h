// Label images that come from files.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "base/byte_source.h"
#include "base/result.h"
#include "image/decode.h"
#include "image/image.h"

namespace intelliclinix::image {

/// What a label image is held to before memory is taken for it.
struct LabelLimits {
  std::optional<std::pair<int, int>> size;  ///< height and width; none: any
  std::uint64_t max_pixels = 400'000'000;   ///< height * width
};

/// A label image from a grey PNG of 8 or 16 bits, or a TIFF of one page and one channel with whole
/// numbers of 8, 16 or 32 bits. The palette of a TIFF is only for the eye: a pixel's value is its label.
/// Errors: kInvalidArgument when it is no such file, is damaged, has another size (both are named) or a negative label;
/// kTooLarge; those of `file`. Messages do not name the file.
Result<LabelImage> DecodeLabels(ByteSource& file, const LabelLimits& limits);

/// The smallest number from 1 to the largest label that no pixel has; none when the labels are dense.
std::optional<std::uint32_t> FirstMissingLabel(const LabelImage& labels);

}  // namespace intelliclinix::image
