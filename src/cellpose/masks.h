// From the network's output to the label image.
#pragma once

#include <stop_token>

#include "base/compute_pool.h"
#include "base/result.h"
#include "cellpose/network_pass.h"
#include "cellpose/options.h"
#include "cellpose/stage_clock.h"
#include "image/image.h"

namespace intelliclinix::cellpose {

/// How large the label image is to be, and the scale that the network saw it at.
struct MaskTarget {
  int height = 0;      ///< px
  int width = 0;       ///< px
  double rescale = 1;  ///< the network's size / this size
};

/// Where the masks are computed, and what measures it.
struct MaskContext {
  ComputePool& pool;
  std::stop_token stop{};
  StageClock& clock;
};

/// Dynamics, seeds, quality control, holes and sizes. Labels are 1..N.
/// Owns: takes the output's planes, so that their memory is free as soon as they are used.
/// Errors: kCancelled after `context.stop`.
Result<image::LabelImage> ComputeMasks(NetworkOutput output, const MaskTarget& target, const Options& options,
                                       const MaskContext& context);

}  // namespace intelliclinix::cellpose
