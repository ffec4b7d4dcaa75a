// Seeds and their growth on whole padded arrays, holes by erosion of the outside, to test against.
#pragma once

#include "cellpose/flow_field.h"
#include "image/image.h"

namespace intelliclinix::cellpose::reference {

/// As LabelByEnds, without dropping large objects, by the letter of the method: a histogram with 20 px of padding, its
/// maximum over 5 x 5, and dilations of an 11 x 11 window for each seed.
image::LabelImage LabelByEnds(const CellPixels& cells, int height, int width);

/// As FillHoles.
void FillHoles(image::LabelImage& labels);

}  // namespace intelliclinix::cellpose::reference
