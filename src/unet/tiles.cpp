#include "unet/tiles.h"

#include <algorithm>
#include <cstddef>

#include "cellpose/tiles.h"

namespace intelliclinix::unet {
namespace {

int RoundUp(int value, int multiple) { return (value + multiple - 1) / multiple * multiple; }

}  // namespace

TileAxis CutAxis(int length, const Reading& reading) {
  TileAxis axis{.length = length, .padded = RoundUp(length, reading.multiple), .starts = {}};
  if (reading.fixed_tile) axis.padded = std::max(axis.padded, reading.tile);
  axis.side = std::min(reading.tile, axis.padded);
  const int step = axis.side - std::min(reading.overlap, axis.side / 2);
  const int rest = axis.padded - axis.side;
  axis.starts = cellpose::EvenStarts(rest, 1 + (rest + step - 1) / step);
  return axis;
}

std::vector<float> BlendWeights(int side, int overlap) {
  const int ramp = std::clamp(overlap, 1, side);
  std::vector<float> weights(static_cast<std::size_t>(side));
  for (int i = 0; i < side; ++i) {
    const int from_edge = std::min({i + 1, side - i, ramp});
    weights[static_cast<std::size_t>(i)] = static_cast<float>(from_edge) / static_cast<float>(ramp);
  }
  return weights;
}

std::vector<float> SumOfWeights(const TileAxis& axis, const std::vector<float>& weights) {
  std::vector<float> sums(static_cast<std::size_t>(axis.length), 0.0F);
  for (const int start : axis.starts) {
    const int end = std::min(start + axis.side, axis.length);
    for (int pixel = start; pixel < end; ++pixel) {
      sums[static_cast<std::size_t>(pixel)] += weights[static_cast<std::size_t>(pixel - start)];
    }
  }
  return sums;
}

}  // namespace intelliclinix::unet
