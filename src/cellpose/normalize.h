// Brings planes to a common brightness.
#pragma once

#include "base/compute_pool.h"
#include "cellpose/options.h"
#include "cellpose/planes.h"

namespace intelliclinix::cellpose {

/// Normalises each plane on its own, in place: what is at the lower percentile becomes 0, at the upper 1; nothing is
/// clipped. A plane of one value stays as it is; one whose percentiles are no more than 1e-3 apart becomes 0. Filters
/// and percentiles of blocks come first where they are asked for; with fixed levels neither has a part.
/// Threads: any.
/// Source: Stringer et al. 2021.
void NormalizePlanes(Planes& planes, const NormalizeOptions& options, ComputePool& pool);

}  // namespace intelliclinix::cellpose
