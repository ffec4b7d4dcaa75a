// Whether an image can show objects at all: light, contrast, noise, focus.
#pragma once

#include <cstddef>

#include "image/image.h"

namespace intelliclinix::image {

/// Of one channel, or of the mean of all. Measured on bands of rows in images over a megapixel. Units: those of the
/// source's samples.
struct ImageQuality {
  double low = 0;         ///< 1st percentile, of means of 3 x 3 pixels
  double high = 0;        ///< 99th
  double smallest = 0;    ///< of the pixels
  double largest = 0;     ///< of the pixels
  double median = 0;      ///< of means of 3 x 3 pixels
  double at_largest = 0;  ///< share of the pixels that are `largest`
  double at_zero = 0;     ///< share of the pixels that are 0
  double structure = 0;   ///< spread of means of 4 x 4 pixels over that which noise alone has: 1 in an image of noise,
                          ///< and 60 and more in usual micrographs; 0 without noise and structure
  double noise = 0;       ///< standard deviation of a pixel
  double edge_width = 0;  ///< standard deviation, in px, of the blur that would make the steepest edges; 0: no edges
};

/// `channel`: 0 is the mean of all, n the n-th. NaN counts as 0.
/// Source of the noise: Immerkær 1996, Fast Noise Variance Estimation.
ImageQuality MeasureQuality(const Image& source, int channel);

/// Blocks of 4 x 4 pixels, anywhere in the image, whose mean is further from the median than noise ever brings it; that
/// is where a few cells are in much noise. `quality` is MeasureQuality of the same.
std::size_t CountStandingOut(const Image& source, int channel, const ImageQuality& quality);

}  // namespace intelliclinix::image
