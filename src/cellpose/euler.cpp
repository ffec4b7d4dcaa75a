#include "cellpose/euler.h"

#include <algorithm>
#include <cstddef>

#include "base/vector_clones.h"

namespace intelliclinix::cellpose {
namespace {

// Positions that are moved together: enough for two of the widest vectors, whose long chains of loads then overlap.
constexpr int kLanes = 32;

/// Positions of neighbouring pixels, which move alike.
struct Lanes {
  float y[kLanes];
  float x[kLanes];
};

using StepFunction = bool (*)(const FlowField&, Lanes&);

/// Within 0 ... `last`; what is not a number becomes 0.
inline float Clamped(float position, float last) {
  const float inside = position > 0 ? position : 0;
  return inside < last ? inside : last;
}

/// One step of all lanes; false when it moved none. The flow at a position is bilinear between the four pixels around
/// it; beyond the last row or column the last counts again.
IC_VECTOR_CLONES
bool StepInterpolated(const FlowField& field, Lanes& lanes) {
  const float* steps = field.steps.data();
  const int last_row = field.height - 1;
  const int last_column = field.width - 1;
  const auto bottom = static_cast<float>(last_row);
  const auto right_end = static_cast<float>(last_column);
  Lanes next;  // a local, so that the compiler sees that no store changes the flows
  int moved = 0;
  for (int lane = 0; lane < kLanes; ++lane) {
    const float y = lanes.y[lane];
    const float x = lanes.x[lane];
    const int row = static_cast<int>(y);
    const int column = static_cast<int>(x);
    const float down = y - static_cast<float>(row);
    const float right = x - static_cast<float>(column);
    const float w00 = (1 - down) * (1 - right);
    const float w01 = (1 - down) * right;
    const float w10 = down * (1 - right);
    const float w11 = down * right;
    const int i00 = row * field.width + column;
    const int i01 = i00 + (column < last_column ? 1 : 0);
    const int down_by = row < last_row ? field.width : 0;
    const float dy = steps[2 * i00] * w00 + steps[2 * i01] * w01 + steps[2 * (i00 + down_by)] * w10 +
                     steps[2 * (i01 + down_by)] * w11;
    const float dx = steps[2 * i00 + 1] * w00 + steps[2 * i01 + 1] * w01 + steps[2 * (i00 + down_by) + 1] * w10 +
                     steps[2 * (i01 + down_by) + 1] * w11;
    const float next_y = Clamped(y + dy, bottom);
    const float next_x = Clamped(x + dx, right_end);
    moved |= static_cast<int>(next_y != y) | static_cast<int>(next_x != x);
    next.y[lane] = next_y;
    next.x[lane] = next_x;
  }
  lanes = next;
  return moved != 0;
}

IC_VECTOR_CLONES
bool StepNearest(const FlowField& field, Lanes& lanes) {
  const float* steps = field.steps.data();
  const auto bottom = static_cast<float>(field.height - 1);
  const auto right_end = static_cast<float>(field.width - 1);
  Lanes next;  // a local, so that the compiler sees that no store changes the flows
  int moved = 0;
  for (int lane = 0; lane < kLanes; ++lane) {
    const float y = lanes.y[lane];
    const float x = lanes.x[lane];
    const int pixel = static_cast<int>(y) * field.width + static_cast<int>(x);
    const float next_y = Clamped(y + steps[2 * pixel], bottom);
    const float next_x = Clamped(x + steps[2 * pixel + 1], right_end);
    moved |= static_cast<int>(next_y != y) | static_cast<int>(next_x != x);
    next.y[lane] = next_y;
    next.x[lane] = next_x;
  }
  lanes = next;
  return moved != 0;
}

/// Positions that one step leaves where they are will stay there: the other steps are left out.
void Follow(const FlowField& field, int steps, std::span<float> positions, StepFunction step,
            const std::stop_token& stop) {
  for (std::size_t first = 0; first < positions.size() && !stop.stop_requested(); first += 2 * kLanes) {
    const std::size_t count = std::min<std::size_t>(kLanes, (positions.size() - first) / 2);
    Lanes lanes{};
    for (std::size_t i = 0; i < count; ++i) {
      lanes.y[i] = positions[first + 2 * i];
      lanes.x[i] = positions[first + 2 * i + 1];
    }
    for (int i = 0; i < steps && step(field, lanes); ++i) {
    }
    for (std::size_t i = 0; i < count; ++i) {
      positions[first + 2 * i] = lanes.y[i];
      positions[first + 2 * i + 1] = lanes.x[i];
    }
  }
}

}  // namespace

void FollowInterpolated(const FlowField& field, int steps, std::span<float> positions, const std::stop_token& stop) {
  Follow(field, steps, positions, StepInterpolated, stop);
}

void FollowNearest(const FlowField& field, int steps, std::span<float> positions, const std::stop_token& stop) {
  Follow(field, steps, positions, StepNearest, stop);
}

}  // namespace intelliclinix::cellpose
