// Normalises by percentiles of blocks, for images that are unevenly lit.
#pragma once

#include <array>

#include "base/compute_pool.h"
#include "image/image.h"

namespace intelliclinix::cellpose {

/// What becomes 0 and 1 is the percentiles of overlapping blocks of `block` px, smoothed over neighbouring blocks and
/// interpolated between them. Blocks without contrast take the percentiles of the nearest block that has some.
/// Source: Cellpose 3, tile normalisation.
void NormalizeByBlocks(image::Plane& plane, int block, std::array<double, 2> percents, ComputePool& pool);

}  // namespace intelliclinix::cellpose
