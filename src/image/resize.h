// Resizing as OpenCV does it, which is what the reference implementation of Cellpose calls.
#pragma once

#include "image/image.h"

namespace intelliclinix::image {

/// Bilinear, pixel centres at +0.5, no anti-aliasing: OpenCV's INTER_LINEAR on float32. `height` and `width` >= 1, the
/// source is not empty.
/// Threads: any; works on the calling thread alone.
Plane ResizeBilinear(const Plane& source, int height, int width);

/// The same into `target`, height * width floats that the caller owns.
void ResizeBilinearInto(const Plane& source, int height, int width, float* target);

/// Nearest neighbour as OpenCV's INTER_NEAREST: source index = floor(target index * scale). Same preconditions.
LabelImage ResizeNearest(const LabelImage& source, int height, int width);

}  // namespace intelliclinix::image
