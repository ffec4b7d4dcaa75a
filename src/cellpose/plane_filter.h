// Smoothing and sharpening of planes before they are normalised.
#pragma once

#include "base/compute_pool.h"
#include "image/image.h"

namespace intelliclinix::cellpose {

/// Radii of Gaussians. Units: px. 0: that filter is off; at least one is on.
struct FilterRadii {
  double smooth = 0;
  double sharpen = 0;  ///< of the surroundings that are subtracted
};

/// Convolves `plane` with a Gaussian of radius `smooth`, less one of radius `sharpen`; without `smooth`, with the pixel
/// itself less the surroundings. The image continues on its opposite side. As in the reference the Gaussians lie a
/// pixel off the middle and are, in x, stretched by width / height.
/// Source: Cellpose 3's filters for noisy and blurred images.
void FilterPlane(image::Plane& plane, const FilterRadii& radii, ComputePool& pool);

}  // namespace intelliclinix::cellpose
