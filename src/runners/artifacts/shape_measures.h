// What is measured of the shape of an object.
#pragma once

#include <cstdint>
#include <vector>

#include "image/image.h"
#include "image/regions.h"

namespace intelliclinix::runners {

/// Of one object. Units: px, radians. Zero for a region of area 0.
/// Source: scikit-image's regionprops, whose names these are.
struct ShapeMeasures {
  double axis_major_length = 0;  ///< of the ellipse with the object's second moments
  double axis_minor_length = 0;
  double eccentricity = 0;  ///< of that ellipse: 0 a circle, below 1
  double orientation = 0;   ///< of its major axis, from the y axis, counter-clockwise, within +-pi/2
  double perimeter = 0;     ///< along the centres of border pixels, 4-connected
};

/// One for each of `regions`, which are MeasureRegions(labels).
std::vector<ShapeMeasures> MeasureShapes(const image::LabelImage& labels, const std::vector<image::Region>& regions);

}  // namespace intelliclinix::runners
