// From the network's output to the label image.
#pragma once

#include <stop_token>

#include "base/compute_pool.h"
#include "base/result.h"
#include "cellpose/labels.h"
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
  bool keep_output = false;  ///< the network's planes are wanted too
  bool measure = true;       ///< how sure the objects are is wanted too
};

/// A label image and what is known of its objects.
struct Masks {
  image::LabelImage labels;   ///< 1..N
  PerLabel cell_probability;  ///< mean over an object's pixels, 0 to 1; empty unless it was to be measured
  PerLabel flow_error;        ///< that which quality control saw; empty without it
  NetworkOutput output;       ///< at the size of the dynamics; empty unless it was to be kept
};

/// Dynamics, seeds, quality control, holes and sizes.
/// Owns: takes the output's planes, so that their memory is free as soon as they are used.
/// Errors: kCancelled after `context.stop`.
Result<Masks> ComputeMasks(NetworkOutput output, const MaskTarget& target, const Options& options,
                           const MaskContext& context);

}  // namespace intelliclinix::cellpose
