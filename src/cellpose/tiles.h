// How an image is padded, cut into tiles, and put together again.
#pragma once

#include <vector>

#include "cellpose/options.h"

namespace intelliclinix::cellpose {

/// Sides of what the network sees are multiples of this, since it has four levels, each half the size of the one above,
/// and one pixel of the deepest more than the image needs. Units: px.
inline constexpr int kMultiple = 16;
/// So none is shorter than this. Units: px.
inline constexpr int kLeastSide = 2 * kMultiple;

/// `count` starts from 0 to `last`, evenly spaced and rounded down. Units: px.
std::vector<int> EvenStarts(int last, int count);

/// One axis of an image, padded with zeros and cut into overlapping tiles. Units: px.
struct TileAxis {
  int length = 0;           ///< of the image
  int before = 0;           ///< zeros before the image
  int padded = 0;           ///< length with the zeros before and after it
  int side = 0;             ///< of a tile
  std::vector<int> starts;  ///< of the tiles, in the padded axis
};

/// Pads to a multiple of 16 and 16 more, and cuts into tiles of `options.bsize`, or one shorter tile when that is
/// enough. With `options.augment` tiles overlap by half, there are at least two, and none is shorter.
TileAxis CutAxis(int length, const Options& options);

/// The tiles of an image, row by row.
struct TileGrid {
  TileAxis y;
  TileAxis x;

  int count() const { return static_cast<int>(y.starts.size() * x.starts.size()); }
};

TileGrid CutTiles(int height, int width, const Options& options);

/// Weights of a tile's rows or columns in the blend: 1 in the middle, falling along a sigmoid towards the edges.
/// `longer_side` is the longer of the tile's sides.
std::vector<float> BlendWeights(int side, int longer_side);

/// For each pixel of the unpadded axis the sum of the weights of all tiles that cover it.
std::vector<float> SumOfWeights(const TileAxis& axis, const std::vector<float>& weights);

}  // namespace intelliclinix::cellpose
