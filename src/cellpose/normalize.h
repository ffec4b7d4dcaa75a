// Brings planes to a common brightness.
#pragma once

#include <stop_token>

#include "base/compute_pool.h"
#include "base/result.h"
#include "cellpose/options.h"
#include "cellpose/planes.h"

namespace intelliclinix::cellpose {

/// Normalises each plane on its own, in place: what is at the lower percentile becomes 0, at the upper 1; nothing is
/// clipped. A plane of one value stays as it is; one whose percentiles are no more than 1e-3 apart becomes 0. Filters
/// and percentiles of blocks come first where they are asked for. With fixed levels neither has a part, and a plane of
/// one value is scaled by them too. A second plane that is not there stays that.
/// Threads: any.
/// Errors: kCancelled after `stop`; the planes are then spoilt.
/// Source: Stringer et al. 2021.
Status NormalizePlanes(Planes& planes, const NormalizeOptions& options, ComputePool& pool, const std::stop_token& stop);

}  // namespace intelliclinix::cellpose
