// Adds the outputs of tiles to those of the image.
#pragma once

#include <map>
#include <vector>

#include "cellpose/network_pass.h"
#include "cellpose/tile_transfer.h"
#include "cellpose/tiles.h"

namespace intelliclinix::cellpose {

/// The network's outputs for one tile.
struct TileOutput {
  std::vector<float> planes;  ///< [3, side y, side x]: flow y, flow x, cell probability
  std::vector<float> style;
};

/// The weighted mean of overlapping tiles. Tiles may come in any order and are added in that of their index, so that
/// float sums are the same in each run.
/// Threads: one at a time.
class Blend {
 public:
  explicit Blend(const TileGrid& grid);

  void Add(int index, TileOutput tile);

  /// The mean over all tiles. Call it once, after the last Add.
  NetworkOutput Finish();

 private:
  void Accumulate(int index, const TileOutput& tile);

  const TileGrid& grid_;
  std::vector<float> weights_y_;
  std::vector<float> weights_x_;
  NetworkOutput sums_;
  std::map<int, TileOutput> early_;  // ended before a tile of lower index
  int next_ = 0;
};

}  // namespace intelliclinix::cellpose
