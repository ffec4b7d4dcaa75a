// Normalises by percentiles of blocks, for images that are unevenly lit.
#pragma once

#include <array>
#include <stop_token>

#include "base/compute_pool.h"
#include "base/result.h"
#include "image/image.h"

namespace intelliclinix::cellpose {

/// What becomes 0 and 1 is the percentiles of overlapping blocks of `block` px, smoothed over neighbouring blocks and
/// interpolated between them. Blocks without contrast take the percentiles of the nearest block that has some.
/// Errors: kCancelled after `stop`.
/// Source: Cellpose 3, tile normalisation.
Status NormalizeByBlocks(image::Plane& plane, int block, std::array<double, 2> percents, ComputePool& pool,
                         const std::stop_token& stop);

}  // namespace intelliclinix::cellpose
