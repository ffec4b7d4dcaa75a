// Drops masks whose shape does not agree with the flows that they come from.
#pragma once

#include <stop_token>
#include <vector>

#include "base/compute_pool.h"
#include "base/result.h"
#include "cellpose/flow_field.h"
#include "cellpose/labels.h"
#include "image/image.h"
#include "image/regions.h"

namespace intelliclinix::cellpose {

/// Mean squared difference between the network's steps and those that the mask itself implies: the direction in which
/// heat that enters at the mask's centre falls off least. `labels` and `field` have the same size.
/// Threads: any.
/// Source: Stringer et al. 2021; float64, 2 * (height + width) steps of diffusion, of the bounding box and a pixel
/// around it.
/// Errors: kCancelled after `stop`, which is seen at each step of diffusion.
Result<double> FlowError(const image::LabelImage& labels, const image::Region& region, const FlowField& field,
                         const std::stop_token& stop);

/// Drops the masks whose flow error is above `threshold`, and numbers the others 1..N; returns their flow errors.
/// Errors: kCancelled after `stop`.
Result<PerLabel> DropBadFlows(const FlowField& field, double threshold, image::LabelImage& labels, ComputePool& pool,
                              const std::stop_token& stop);

}  // namespace intelliclinix::cellpose
