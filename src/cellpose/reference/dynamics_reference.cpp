#include "cellpose/reference/dynamics_reference.h"

#include <algorithm>
#include <cstddef>

namespace intelliclinix::cellpose::reference {
namespace {

/// `axis`: 0 for y, 1 for x.
float FlowAt(const FlowField& field, int y, int x, int axis) {
  y = std::min(y, field.height - 1);
  x = std::min(x, field.width - 1);
  return field
      .steps[2 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(field.width) + static_cast<std::size_t>(x)) +
             static_cast<std::size_t>(axis)];
}

float FlowAt(const FlowField& field, bool interpolate, float y, float x, int axis) {
  const int row = static_cast<int>(y);
  const int column = static_cast<int>(x);
  if (!interpolate) return FlowAt(field, row, column, axis);
  const float down = y - static_cast<float>(row);
  const float right = x - static_cast<float>(column);
  return FlowAt(field, row, column, axis) * ((1 - down) * (1 - right)) +
         FlowAt(field, row, column + 1, axis) * ((1 - down) * right) +
         FlowAt(field, row + 1, column, axis) * (down * (1 - right)) +
         FlowAt(field, row + 1, column + 1, axis) * (down * right);
}

}  // namespace

void FollowFlows(const FlowField& field, const DynamicsOptions& options, CellPixels& cells) {
  for (std::size_t i = 0; i < cells.positions.size(); i += 2) {
    float& y = cells.positions[i];
    float& x = cells.positions[i + 1];
    for (int step = 0; step < options.steps; ++step) {
      const float dy = FlowAt(field, options.interpolate, y, x, 0);
      const float dx = FlowAt(field, options.interpolate, y, x, 1);
      y = std::clamp(y + dy, 0.0F, static_cast<float>(field.height - 1));
      x = std::clamp(x + dx, 0.0F, static_cast<float>(field.width - 1));
    }
  }
}

}  // namespace intelliclinix::cellpose::reference
