// Where the objects of a label image are and how large.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/image.h"

namespace intelliclinix::image {

/// One object. Units: px.
struct Region {
  std::uint32_t label = 0;
  std::uint64_t area = 0;  ///< 0: no pixel has this label, and the other members mean nothing
  int y0 = 0, x0 = 0;      ///< first row and column of the bounding box
  int y1 = 0, x1 = 0;      ///< one past the last
  double centroid_y = 0;
  double centroid_x = 0;

  int height() const { return y1 - y0; }
  int width() const { return x1 - x0; }
};

/// The largest label, 0 when there are only background pixels.
std::uint32_t MaxLabel(const LabelImage& labels);

/// The regions of labels 1..N in order, N = MaxLabel: region of label n is [n - 1]. One pass; memory for N regions, so
/// labels should be dense.
std::vector<Region> MeasureRegions(const LabelImage& labels);

/// A region's bounding box with a margin of one pixel, [y, x]: 1 where a pixel is the region's.
struct RegionMask {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> pixels;

  std::size_t index(int y, int x) const { return static_cast<std::size_t>(y) * width + x; }
  std::uint8_t at(int y, int x) const { return pixels[index(y, x)]; }
};

RegionMask CutMask(const LabelImage& labels, const Region& region);

}  // namespace intelliclinix::image
