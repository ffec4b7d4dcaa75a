// Small pictures of source images.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/byte_source.h"
#include "base/result.h"
#include "image/decode.h"

namespace intelliclinix::image {

/// An 8-bit PNG no side of which is longer than `side`, of an image as MakePreview shows it; a smaller one keeps its
/// size. Each pixel is the mean of what it covers. Takes memory as MakePreview does, for less than 4 * side on a side.
/// Units: px. Errors: as MakePreview.
Result<std::vector<std::byte>> MakeThumbnail(ByteSource& file, int side, const DecodeLimits& limits = {},
                                             std::string_view axes = {});

}  // namespace intelliclinix::image
