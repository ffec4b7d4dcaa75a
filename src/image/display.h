// Source images as a person can look at them.
#pragma once

#include "image/image.h"

namespace intelliclinix::image {

/// 8 bit, same size: each channel is stretched linearly from its 1st to its 99th percentile (from its smallest to its
/// largest value when those are equal). 1 channel becomes grey, 2 become red and green, of more the first three become
/// RGB. The channels of an 8-bit RGB image share one range, so that stained tissue keeps its hues.
Image StretchForDisplay(const Image& source);

/// The same of an image that has `channels` in all, of which `source` holds those that are shown.
Image StretchForDisplay(const Image& source, int channels);

}  // namespace intelliclinix::image
