// Fills the holes of masks.
#pragma once

#include "image/image.h"

namespace intelliclinix::cellpose {

/// Fills what a mask encloses: pixels of its bounding box that are not in it and from which no 4-connected path leads
/// to the box's edge. Masks are filled in the order of their labels; one that lies in another's hole may vanish.
/// Labels are not renumbered.
void FillHoles(image::LabelImage& labels);

}  // namespace intelliclinix::cellpose
