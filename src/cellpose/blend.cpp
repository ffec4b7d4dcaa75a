#include "cellpose/blend.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include "nn/cpnet.h"

namespace intelliclinix::cellpose {
namespace {

std::array<image::Plane*, 3> PlanesOf(NetworkOutput& output) {
  return {&output.flow_y, &output.flow_x, &output.cellprob};
}

void Divide(image::Plane& plane, const std::vector<float>& weights_y, const std::vector<float>& weights_x) {
  for (int y = 0; y < plane.height; ++y) {
    float* row = plane.row(y);
    const float weight_y = weights_y[static_cast<std::size_t>(y)];
    for (std::size_t x = 0; x < weights_x.size(); ++x) row[x] /= weight_y * weights_x[x];
  }
}

/// Scales to length 1.
void Normalize(std::vector<float>& style) {
  double squares = 0;
  for (const float value : style) squares += static_cast<double>(value) * value;
  const auto length = static_cast<float>(std::sqrt(squares));
  for (float& value : style) value /= length;
}

}  // namespace

Blend::Blend(const TileGrid& grid, bool with_planes)
    : grid_(grid),
      weights_y_(BlendWeights(grid.y.side, std::max(grid.y.side, grid.x.side))),
      weights_x_(BlendWeights(grid.x.side, std::max(grid.y.side, grid.x.side))) {
  if (with_planes) {
    for (image::Plane* plane : PlanesOf(sums_)) *plane = image::Plane(grid.y.length, grid.x.length);
  }
  sums_.style.assign(static_cast<std::size_t>(nn::kCpnetStyle), 0.0F);
}

void Blend::Add(int index, const TileOutput& tile) {
  if (!tile.planes.empty()) AddPlanes(index, tile.planes.data());
  for (std::size_t i = 0; i < sums_.style.size(); ++i) sums_.style[i] += tile.style[i];
}

void Blend::AddPlanes(int index, const float* values) {
  const Tile place = TileAt(grid_, index, false);
  const int top = place.y - grid_.y.before;
  const int left = place.x - grid_.x.before;
  const int x0 = std::max(0, -left);
  const int x1 = std::min(grid_.x.side, grid_.x.length - left);
  for (image::Plane* plane : PlanesOf(sums_)) {
    for (int y = 0; y < grid_.y.side; ++y, values += grid_.x.side) {
      if (top + y < 0 || top + y >= grid_.y.length) continue;
      float* row = plane->row(top + y);
      const float weight_y = weights_y_[static_cast<std::size_t>(y)];
      for (int x = x0; x < x1; ++x) row[left + x] += values[x] * (weight_y * weights_x_[static_cast<std::size_t>(x)]);
    }
  }
}

NetworkOutput Blend::Finish() {
  const std::vector<float> sums_y = SumOfWeights(grid_.y, weights_y_);
  const std::vector<float> sums_x = SumOfWeights(grid_.x, weights_x_);
  for (image::Plane* plane : PlanesOf(sums_)) {
    if (plane->height > 0) Divide(*plane, sums_y, sums_x);
  }
  Normalize(sums_.style);
  return std::move(sums_);
}

}  // namespace intelliclinix::cellpose
