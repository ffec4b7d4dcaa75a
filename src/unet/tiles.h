// How an image is cut into overlapping tiles, and how much each counts where they overlap.
#pragma once

#include <vector>

#include "unet/options.h"

namespace intelliclinix::unet {

/// One axis of an image, lengthened at its end and cut into tiles. Units: px.
struct TileAxis {
  int length = 0;           ///< of the image
  int padded = 0;           ///< a multiple of Reading::multiple; what is added repeats the last row or column
  int side = 0;             ///< of a tile
  std::vector<int> starts;  ///< of the tiles, evenly spaced; neighbours overlap by Reading::overlap at least
};

/// One tile where `reading.tile` is enough.
TileAxis CutAxis(int length, const Reading& reading);

/// Weights of a tile's rows or columns: rising linearly over `overlap` px from each edge. Above 0.
std::vector<float> BlendWeights(int side, int overlap);

/// For each pixel of the image's axis the sum of the weights of all tiles that cover it.
std::vector<float> SumOfWeights(const TileAxis& axis, const std::vector<float>& weights);

}  // namespace intelliclinix::unet
