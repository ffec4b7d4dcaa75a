// The two planes that the network sees, taken from an image's channels.
#pragma once

#include <array>

#include "image/image.h"

namespace intelliclinix::cellpose {

/// What is segmented, and optionally the nuclei inside. An empty second plane stands for zeros.
struct Planes {
  image::Plane segment;
  image::Plane nucleus;  ///< empty or of the size of `segment`

  int height() const { return segment.height; }
  int width() const { return segment.width; }
};

/// Takes `channels` = [segment, nucleus] from `source`: 0 is the mean of all channels or no nucleus, n is the n-th
/// channel. An image of one channel is taken as it is. The channels must exist (CheckOptions).
/// Threads: any.
Planes TakePlanes(const image::Image& source, std::array<int, 2> channels);

/// Both planes as image::ResizeBilinear makes them.
Planes ResizePlanes(const Planes& source, int height, int width);

}  // namespace intelliclinix::cellpose
