// Finds the cells as the places where many pixels end.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cellpose/flow_field.h"
#include "image/image.h"

namespace intelliclinix::cellpose {

/// How many pixels end in each pixel [y, x].
std::vector<std::uint32_t> CountEnds(const CellPixels& cells, int height, int width);

/// A local maximum of the counts, grown over the pixels around it in which pixels end too.
struct Seed {
  static constexpr int kRadius = 5;

  int y = 0;
  int x = 0;
  std::uint32_t count = 0;
  /// The grown area: bit i of rows[j] is the pixel (y - kRadius + j, x - kRadius + i).
  std::array<std::uint16_t, 2 * kRadius + 1> rows{};
};

/// The seeds of `counts` [height, width], by count, ascending, equal ones in row-major order; where two areas overlap
/// the later one has the pixel.
std::vector<Seed> FindSeeds(const std::vector<std::uint32_t>& counts, int height, int width);

}  // namespace intelliclinix::cellpose
