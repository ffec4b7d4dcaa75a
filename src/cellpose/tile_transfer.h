// Moves one tile between an image and the network's arrays.
#pragma once

#include <span>
#include <vector>

#include "cellpose/planes.h"
#include "cellpose/tiles.h"

namespace intelliclinix::cellpose {

/// A tile of a grid: where it lies, and whether the network sees it mirrored.
struct Tile {
  int y = 0;  ///< first row, in the padded image
  int x = 0;  ///< first column
  bool flip_y = false;
  bool flip_x = false;
};

/// The tile of `index`, counted row by row. With `augment` every second column of tiles is flipped in y and every
/// second row in x, so that each pixel is seen in several orientations.
Tile TileAt(const TileGrid& grid, int index, bool augment);

/// Copies the tile's pixels, zeros outside the image, into `input` [2, side y, side x].
void CopyTile(const Planes& planes, const TileGrid& grid, const Tile& tile, std::span<float> input);

/// Turns `output` [3, side y, side x] of a tile that was mirrored back, flows included.
void UnflipOutput(const TileGrid& grid, const Tile& tile, std::span<float> output);

}  // namespace intelliclinix::cellpose
