#include "cellpose/tiles.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace intelliclinix::cellpose {
namespace {

constexpr int kTrainingTile = 224;
constexpr double kTaper = 7.5;

int TilesAlong(int padded, const Options& options) {
  if (options.augment) return std::max(2, static_cast<int>(std::ceil(2.0 * padded / options.bsize)));
  if (padded <= options.bsize) return 1;
  const double overlap = std::clamp(options.tile_overlap, 0.05, 0.5);
  return static_cast<int>(std::ceil((1 + 2 * overlap) * padded / options.bsize));
}

}  // namespace

std::vector<int> EvenStarts(int last, int count) {
  std::vector<int> starts(static_cast<std::size_t>(count), 0);
  // as numpy.linspace does it: a step that is worked out first, and the last start exactly
  const double step = count > 1 ? static_cast<double>(last) / (count - 1) : 0;
  for (int i = 1; i < count; ++i) starts[static_cast<std::size_t>(i)] = static_cast<int>(i * step);
  if (count > 1) starts.back() = last;
  return starts;
}

TileAxis CutAxis(int length, const Options& options) {
  const int missing = (kMultiple - length % kMultiple) % kMultiple;
  TileAxis axis{
      .length = length, .before = kMultiple / 2 + missing / 2, .padded = length + missing + kMultiple, .starts = {}};
  if (options.augment) axis.padded = std::max(axis.padded, options.bsize);
  axis.side = std::min(options.bsize, axis.padded);
  axis.starts = EvenStarts(axis.padded - axis.side, TilesAlong(axis.padded, options));
  return axis;
}

TileGrid CutTiles(int height, int width, const Options& options) {
  return {.y = CutAxis(height, options), .x = CutAxis(width, options)};
}

std::vector<float> BlendWeights(int side, int longer_side) {
  const int full = std::max(kTrainingTile, longer_side);
  const int first = full / 2 - side / 2;
  std::vector<float> weights(static_cast<std::size_t>(side));
  for (int i = 0; i < side; ++i) {
    const double from_middle = std::abs(first + i - (full - 1) / 2.0);
    weights[static_cast<std::size_t>(i)] =
        static_cast<float>(1 / (1 + std::exp((from_middle - (full / 2.0 - 20)) / kTaper)));
  }
  return weights;
}

std::vector<float> SumOfWeights(const TileAxis& axis, const std::vector<float>& weights) {
  std::vector<float> sums(static_cast<std::size_t>(axis.length), 0.0F);
  for (const int start : axis.starts) {
    for (int i = 0; i < axis.side; ++i) {
      const int pixel = start + i - axis.before;
      if (pixel >= 0 && pixel < axis.length)
        sums[static_cast<std::size_t>(pixel)] += weights[static_cast<std::size_t>(i)];
    }
  }
  return sums;
}

}  // namespace intelliclinix::cellpose
