#include "cellpose/block_normalize.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cellpose/nearest_block.h"
#include "cellpose/percentile.h"
#include "cellpose/stopped.h"
#include "cellpose/tiles.h"
#include "image/resize.h"

namespace intelliclinix::cellpose {
namespace {

constexpr float kLeastContrast = 1e-3F;
constexpr double kOverlap = 0.1;
constexpr int kSmoothingRadius = 4;  // blocks; of a Gaussian of 1

/// What becomes 0 and 1, a pixel for each block.
struct Levels {
  image::Plane low;
  image::Plane high;
};

std::vector<int> BlockStarts(int length, int block) {
  const int count = length <= block ? 1 : static_cast<int>(std::ceil((1 + 2 * kOverlap) * length / block));
  return EvenStarts(std::max(0, length - block), count);
}

/// Those of the blocks that begin after `stop` are missing.
Levels Measure(const image::Plane& plane, int block, std::array<double, 2> percents, ComputePool& pool,
               const std::stop_token& stop) {
  const std::vector<int> rows = BlockStarts(plane.height, block);
  const std::vector<int> columns = BlockStarts(plane.width, block);
  Levels levels{.low = image::Plane(static_cast<int>(rows.size()), static_cast<int>(columns.size())), .high = {}};
  levels.high = levels.low;
  const auto measure = [&](std::size_t i) {
    const int y = rows[i / columns.size()];
    const int x = columns[i % columns.size()];
    const SampleGrid samples{.first = plane.row(y) + x,
                             .rows = static_cast<std::size_t>(std::min(block, plane.height - y)),
                             .columns = static_cast<std::size_t>(std::min(block, plane.width - x)),
                             .row_stride = static_cast<std::size_t>(plane.width)};
    const auto [low, high] = Percentiles(samples, percents);
    levels.low.values[i] = low;
    levels.high.values[i] = high;
  };
  pool.ParallelFor(levels.low.values.size(), measure, stop);
  return levels;
}

bool HasContrast(const Levels& levels, std::size_t i) {
  return !(levels.high.values[i] - levels.low.values[i] < kLeastContrast);
}

/// Errors: kCancelled after `stop`.
Status FillFlatBlocks(Levels& levels, ComputePool& pool, const std::stop_token& stop) {
  BlockGrid grid{.height = levels.low.height, .width = levels.low.width, .marked = {}};
  for (std::size_t i = 0; i < levels.low.values.size(); ++i) {
    grid.marked.push_back(static_cast<std::uint8_t>(HasContrast(levels, i)));
  }
  if (std::ranges::find(grid.marked, 1) == grid.marked.end()) {
    std::ranges::fill(levels.low.values, 0.0F);
    std::ranges::fill(levels.high.values, 1.0F);
    return {};
  }
  IC_ASSIGN_OR_RETURN(const std::vector<std::size_t> nearest, FindNearestMarked(grid, pool, stop));
  for (std::size_t i = 0; i < nearest.size(); ++i) {  // the nearest ones keep their own levels
    levels.low.values[i] = levels.low.values[nearest[i]];
    levels.high.values[i] = levels.high.values[nearest[i]];
  }
  return {};
}

/// The index within 0 ... length - 1 when the axis is continued by its mirror image.
int Mirrored(int i, int length) {
  const int period = 2 * length;
  i = (i % period + period) % period;
  return i < length ? i : period - 1 - i;
}

std::array<double, 2 * kSmoothingRadius + 1> SmoothingWeights() {
  std::array<double, 2 * kSmoothingRadius + 1> weights{};
  double sum = 0;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    const int distance = static_cast<int>(k) - kSmoothingRadius;
    weights[k] = std::exp(-0.5 * distance * distance);
    sum += weights[k];
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

/// A Gaussian over the blocks above and below.
image::Plane SmoothAlongY(const image::Plane& plane) {
  const auto weights = SmoothingWeights();
  image::Plane result(plane.height, plane.width);
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      double sum = 0;
      for (std::size_t k = 0; k < weights.size(); ++k) {
        const int row = Mirrored(y + static_cast<int>(k) - kSmoothingRadius, plane.height);
        sum += weights[k] * plane.row(row)[x];
      }
      result.row(y)[x] = static_cast<float>(sum);
    }
  }
  return result;
}

/// A level for each pixel. The reference smooths twice along y and not along x.
image::Plane Spread(const image::Plane& levels, int height, int width) {
  return image::ResizeBilinear(SmoothAlongY(SmoothAlongY(levels)), height, width);
}

}  // namespace

Status NormalizeByBlocks(image::Plane& plane, int block, std::array<double, 2> percents, ComputePool& pool,
                         const std::stop_token& stop) {
  Levels levels = Measure(plane, block, percents, pool, stop);
  IC_RETURN_IF_ERROR(CheckStop(stop));
  IC_RETURN_IF_ERROR(FillFlatBlocks(levels, pool, stop));
  const image::Plane low = Spread(levels.low, plane.height, plane.width);
  const image::Plane high = Spread(levels.high, plane.height, plane.width);
  IC_RETURN_IF_ERROR(CheckStop(stop));
  for (std::size_t i = 0; i < plane.values.size(); ++i) {
    plane.values[i] = (plane.values[i] - low.values[i]) / (high.values[i] - low.values[i]);
  }
  return {};
}

}  // namespace intelliclinix::cellpose
