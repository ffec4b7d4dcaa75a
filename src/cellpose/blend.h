// Adds the outputs of tiles to those of the image.
#pragma once

#include <vector>

#include "cellpose/network_pass.h"
#include "cellpose/tile_transfer.h"
#include "cellpose/tiles.h"

namespace intelliclinix::cellpose {

/// The network's outputs for one tile.
struct TileOutput {
  std::vector<float>
      planes;  ///< [3, side y, side x]: flow y, flow x, cell probability; empty: only the style is wanted
  std::vector<float> style;
};

/// The weighted mean of overlapping tiles.
/// Threads: one at a time.
class Blend {
 public:
  /// `with_planes`: whether tiles have any.
  Blend(const TileGrid& grid, bool with_planes);

  /// Call it in the order of the tiles, so that float sums are the same in each run.
  void Add(int index, const TileOutput& tile);

  /// The mean over all tiles. Call it once, after the last Add.
  NetworkOutput Finish();

 private:
  void AddPlanes(int index, const float* values);

  const TileGrid& grid_;
  std::vector<float> weights_y_;
  std::vector<float> weights_x_;
  NetworkOutput sums_;
};

}  // namespace intelliclinix::cellpose
