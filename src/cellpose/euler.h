// The inner loop of the dynamics.
#pragma once

#include <span>

#include "cellpose/flow_field.h"

namespace intelliclinix::cellpose {

/// Moves `positions` [n, 2] (y, x) by `steps` Euler steps; the flow between pixels is bilinear.
void FollowInterpolated(const FlowField& field, int steps, std::span<float> positions);

/// The same with the flow of the pixel that a position is in.
void FollowNearest(const FlowField& field, int steps, std::span<float> positions);

}  // namespace intelliclinix::cellpose
