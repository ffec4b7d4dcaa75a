// Planes in depth made one.
#pragma once

#include "base/result.h"
#include "image/format_reader.h"
#include "image/image.h"

namespace intelliclinix::image {

/// The largest or the mean of each sample over all planes in z at a point in time, into `image`, which has the size of
/// the file or of the region that is asked for, and the colours and type of the file. A mean of integers is rounded to
/// the nearest. Takes memory for the sums of a mean: 4 bytes a sample of an integer, 8 of a float. Errors: as
/// FormatReader::ReadPlane.
Status ReadProjection(FormatReader& reader, const PlaneChoice& choice, Image& image);

}  // namespace intelliclinix::image
