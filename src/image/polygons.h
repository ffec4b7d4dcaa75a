// The shapes of objects as polygons along the edges of their pixels.
#pragma once

#include <cstdint>
#include <vector>

#include "image/contours.h"
#include "image/image.h"
#include "image/regions.h"

namespace intelliclinix::image {

/// A simple closed polygon: the corners in order, the last joins the first, none stands twice and none lies on a
/// straight line. Units: px; corner [y, x] is the upper left one of pixel [y, x].
using Ring = std::vector<Point>;

/// One piece of an object: an outer ring, clockwise on the screen, and the holes in it, which go the other way and
/// touch it or each other in single points at most.
struct Polygon {
  Ring outer;
  std::vector<Ring> holes;
};

/// Pixels within the ring. Units: px.
std::uint64_t RingArea(const Ring& ring);

/// The pieces of a region (4-connected pixels), in the order of their first pixels. Their area is the region's,
/// exactly. `mask` is CutMask of the region, whose area is not 0.
std::vector<Polygon> TracePolygons(const RegionMask& mask, const Region& region);

}  // namespace intelliclinix::image
