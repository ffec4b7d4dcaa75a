// Smoothing and sharpening of planes before they are normalised.
#pragma once

#include <stop_token>

#include "base/compute_pool.h"
#include "base/result.h"
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
/// Threads: any. The time of a pixel is linear in the radii, until a Gaussian is as wide as the image.
/// Errors: kCancelled after `stop`.
/// Source: Cellpose 3's filters for noisy and blurred images.
Status FilterPlane(image::Plane& plane, const FilterRadii& radii, ComputePool& pool, const std::stop_token& stop);

}  // namespace intelliclinix::cellpose
