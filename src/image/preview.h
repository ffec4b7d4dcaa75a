// Pictures of source images that browsers cannot show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/byte_source.h"
#include "base/result.h"
#include "image/decode.h"

namespace intelliclinix::image {

/// No side of a preview is longer. A preview is for looking: this fills a screen and is the frame of usual cameras.
/// Units: px.
inline constexpr int kMaxPreviewSide = 2048;

/// Pixels times colours shown (at most 3): 2048 x 2048 in grey, 2 megapixels in colour. They take 4 bytes each while
/// the file is read, which keeps an upload of any size within a few tens of megabytes.
inline constexpr std::int64_t kMaxPreviewSamples = 6 << 20;

/// An 8-bit PNG that every browser shows: the image at full size within the two limits, otherwise the means of blocks
/// of n x n pixels, n the smallest whole number with which it fits (blocks at the right and the bottom may be smaller),
/// as StretchForDisplay (display.h) shows it. So percentiles are those of the means, not of the file's samples. Means
/// of integers are exact and rounded to the nearest, those of floats have single precision. Alpha is dropped. Of a
/// stack it shows the plane in the middle of the depth, at the first point in time.
///
/// Decodes the plane once, whatever the order of its pixels (tiles, planes, interlaced), and takes memory for the
/// preview alone beside what Check takes.
/// Errors: as Decode; kTooLarge when n would be over 256.
Result<std::vector<std::byte>> MakePreview(ByteSource& file, const DecodeLimits& limits = {},
                                           std::string_view axes = {});

}  // namespace intelliclinix::image
