// Outlines of objects, as pixels and as polygons.
#pragma once

#include <cstdint>
#include <vector>

#include "image/image.h"
#include "image/regions.h"

namespace intelliclinix::image {

/// A pixel. Units: px.
struct Point {
  int y = 0;
  int x = 0;
  bool operator==(const Point&) const = default;
};

/// A closed polygon through pixels; the last point joins the first.
using Contour = std::vector<Point>;

/// One byte a pixel [y, x]: 1 where a pixel of an object touches (above, below, left, right) another label, background
/// or the border of the image.
std::vector<std::uint8_t> OutlinePixels(const LabelImage& labels);

/// The outer contour of a region, every pixel of it, as OpenCV's findContours goes around (8-connected). Of an object
/// in several pieces, the piece with the longest contour. `mask` is CutMask of the region, whose area is not 0.
/// Source: Suzuki and Abe 1985.
Contour TraceContour(const RegionMask& mask, const Region& region);

}  // namespace intelliclinix::image
