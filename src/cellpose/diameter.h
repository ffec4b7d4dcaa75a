// Diameters of cells: from the network's style, and from masks.
#pragma once

#include <vector>

#include "cellpose/size_model.h"
#include "image/image.h"

namespace intelliclinix::cellpose {

/// The diameter that the size model reads from the network's style, at least 5. Units: px.
double DiameterOfStyle(const SizeModel& model, const std::vector<float>& style);

/// Median over the objects of the diameter of a disc of the object's area; 0 when there are none. Units: px.
double MedianDiameter(const image::LabelImage& labels);

}  // namespace intelliclinix::cellpose
