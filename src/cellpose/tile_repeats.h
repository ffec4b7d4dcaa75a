// Tiles that look the same to the network, such as the empty glass of a slide.
#pragma once

#include <cstddef>
#include <vector>

#include "base/compute_pool.h"
#include "cellpose/planes.h"
#include "cellpose/tiles.h"

namespace intelliclinix::cellpose {

inline constexpr int kNoRepeat = -1;

/// Which tiles of a grid have the same pixels, byte for byte, and the same mirroring.
struct TileRepeats {
  std::vector<int> firsts;  ///< those that no earlier tile equals, ascending
  std::vector<int> next;    ///< for each tile the next one that equals it, or kNoRepeat
};

/// Reads every tile once, which takes about 0.2 % of the time that the network takes, and repeats once more. What the
/// network makes of a tile is kept until its last repeat; of no more than `most_kept` >= 1 tiles at once: a repeat
/// beyond that is a first one of its own.
TileRepeats FindRepeats(const Planes& planes, const TileGrid& grid, bool augment, std::size_t most_kept,
                        ComputePool& pool);

}  // namespace intelliclinix::cellpose
