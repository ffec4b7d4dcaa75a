#include "cellpose/euler.h"

#include <algorithm>
#include <array>

namespace intelliclinix::cellpose {
namespace {

struct Step {
  float y;
  float x;
};

/// The flow at a position, bilinear between the pixels around it; beyond the last row or column the last counts again.
Step Interpolated(const FlowField& field, float y, float x) {
  const int row = static_cast<int>(y);
  const int column = static_cast<int>(x);
  const float down = y - static_cast<float>(row);
  const float right = x - static_cast<float>(column);
  const std::ptrdiff_t next_row = row + 1 < field.height ? 2 * static_cast<std::ptrdiff_t>(field.width) : 0;
  const std::ptrdiff_t next_column = column + 1 < field.width ? 2 : 0;
  const float* step = field.steps.data() + 2 * (static_cast<std::ptrdiff_t>(row) * field.width + column);
  const float w00 = (1 - down) * (1 - right);
  const float w01 = (1 - down) * right;
  const float w10 = down * (1 - right);
  const float w11 = down * right;
  const float* s01 = step + next_column;
  const float* s10 = step + next_row;
  const float* s11 = s10 + next_column;
  return {.y = step[0] * w00 + s01[0] * w01 + s10[0] * w10 + s11[0] * w11,
          .x = step[1] * w00 + s01[1] * w01 + s10[1] * w10 + s11[1] * w11};
}

Step Nearest(const FlowField& field, float y, float x) {
  const float* step =
      field.steps.data() + 2 * (static_cast<std::ptrdiff_t>(static_cast<int>(y)) * field.width + static_cast<int>(x));
  return {.y = step[0], .x = step[1]};
}

/// A position that a step does not change will never change: its remaining steps are left out.
template <Step (*kSample)(const FlowField&, float, float)>
void Follow(const FlowField& field, int steps, std::span<float> positions) {
  const auto last_row = static_cast<float>(field.height - 1);
  const auto last_column = static_cast<float>(field.width - 1);
  for (std::size_t i = 0; i + 1 < positions.size(); i += 2) {
    float y = positions[i];
    float x = positions[i + 1];
    for (int step = 0; step < steps; ++step) {
      const Step move = kSample(field, y, x);
      const float next_y = std::clamp(y + move.y, 0.0F, last_row);
      const float next_x = std::clamp(x + move.x, 0.0F, last_column);
      if (next_y == y && next_x == x) break;
      y = next_y;
      x = next_x;
    }
    positions[i] = y;
    positions[i + 1] = x;
  }
}

constexpr std::array<EulerImplementation, 1> kImplementations = {
    EulerImplementation{"plain", [] { return true; }, Follow<Interpolated>, Follow<Nearest>},
};

}  // namespace

std::span<const EulerImplementation> EulerImplementations() { return kImplementations; }

const EulerImplementation& BestEuler() {
  return *std::ranges::find_if(kImplementations, [](const EulerImplementation& it) { return it.runs_here(); });
}

}  // namespace intelliclinix::cellpose
