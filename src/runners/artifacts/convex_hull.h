// The convex hull of an object, in whole numbers.
#pragma once

#include "image/regions.h"

namespace intelliclinix::runners {

/// Of the hull image: the pixels whose centres are within the convex hull of the middles of all pixels' edges, or on
/// it. Units: px. Source: scikit-image's convex_hull_image and feret_diameter_max.
struct HullMeasures {
  double area = 0;
  double longest = 0;  ///< distance between two middles of edges of the hull image's pixels
};

/// Zeros for a mask without pixels.
HullMeasures MeasureHull(const image::RegionMask& mask);

}  // namespace intelliclinix::runners
