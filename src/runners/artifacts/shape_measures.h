// What is measured of the shape of an object.
#pragma once

#include "image/regions.h"

namespace intelliclinix::runners {

/// Of one object. Units: px, radians.
/// Source: scikit-image's regionprops, whose names these are.
struct ShapeMeasures {
  double axis_major_length = 0;  ///< of the ellipse with the object's second moments
  double axis_minor_length = 0;
  double eccentricity = 0;        ///< of that ellipse: 0 a circle, below 1
  double orientation = 0;         ///< of its major axis, from the y axis, counter-clockwise, within +-pi/2
  double perimeter = 0;           ///< along the centres of border pixels, 4-connected
  double area_convex = 0;         ///< pixels whose centres are within the convex hull of the pixels' edge middles
  double feret_diameter_max = 0;  ///< longest distance between edge middles of that hull's pixels
};

/// Variances and covariance of the coordinates of an object's pixels. Units: px².
struct SecondMoments {
  double yy = 0;
  double yx = 0;
  double xx = 0;
};

/// `mask` is CutMask of `region`, whose area is not 0.
SecondMoments MeasureMoments(const image::RegionMask& mask, const image::Region& region);

/// Lengths of the axes of the ellipse with these moments.
struct EllipseAxes {
  double major = 0;
  double minor = 0;
};
EllipseAxes AxesOf(const SecondMoments& moments);

/// `mask` is that which `moments` are of.
ShapeMeasures MeasureShape(const image::RegionMask& mask, const SecondMoments& moments);

}  // namespace intelliclinix::runners
