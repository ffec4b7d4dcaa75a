// Moves the pixels of cells along the flows, towards the centres of their cells.
#pragma once

#include <stop_token>

#include "base/compute_pool.h"
#include "base/result.h"
#include "cellpose/flow_field.h"

namespace intelliclinix::cellpose {

struct DynamicsOptions {
  int steps = 200;
  bool interpolate = true;  ///< bilinear flows; otherwise that of the pixel which the position is in
};

/// Euler integration of all positions of `cells`, in place: each step adds the flow at the position, in float32, and
/// keeps the position inside the image. The result does not depend on the CPU or the number of threads.
/// Errors: kCancelled after `stop`.
/// Source: Stringer et al. 2021.
Status FollowFlows(const FlowField& field, const DynamicsOptions& options, CellPixels& cells, ComputePool& pool,
                   const std::stop_token& stop);

}  // namespace intelliclinix::cellpose
