// Smoothing and sharpening with the whole kernel at each pixel, to test against.
#pragma once

#include "cellpose/plane_filter.h"
#include "image/image.h"

namespace intelliclinix::cellpose::reference {

/// As FilterPlane, in double: the correlation of the plane with a kernel of its own size, wrapped around.
image::Plane FilterPlane(const image::Plane& plane, const FilterRadii& radii);

}  // namespace intelliclinix::cellpose::reference
