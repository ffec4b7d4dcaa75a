// Random inputs for the tests of the stages after the network.
#pragma once

#include "cellpose/flow_field.h"
#include "image/image.h"

namespace intelliclinix::cellpose {

/// Flows that change slowly, with sources and sinks, on `share` of the pixels; all pixels with a flow are cells.
struct RandomField {
  FlowField field;
  CellPixels cells;
};
RandomField MakeRandomField(int height, int width, double share, unsigned seed);

/// A label image of overlapping discs and rings, later ones over earlier; some labels may have no pixels.
image::LabelImage MakeRandomLabels(int height, int width, int objects, unsigned seed);

}  // namespace intelliclinix::cellpose
