// The inner loop of the dynamics.
#pragma once

#include <span>
#include <stop_token>

#include "cellpose/flow_field.h"

namespace intelliclinix::cellpose {

/// Moves `positions` [n, 2] (y, x) by `steps` Euler steps; the flow between pixels is bilinear. After `stop` the rest
/// stays where it is.
void FollowInterpolated(const FlowField& field, int steps, std::span<float> positions, const std::stop_token& stop);

/// The same with the flow of the pixel that a position is in.
void FollowNearest(const FlowField& field, int steps, std::span<float> positions, const std::stop_token& stop);

}  // namespace intelliclinix::cellpose
