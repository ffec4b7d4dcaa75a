// How sure the network is that pixels belong to cells, kept small for the end of a segmentation.
#pragma once

#include <cstdint>
#include <vector>

#include "cellpose/labels.h"
#include "image/image.h"

namespace intelliclinix::cellpose {

/// Logits of cell probability, [y, x], in whole steps of 1/256; beyond +-127 they are held there. Half the memory of
/// the plane, and exact enough: a probability is off by 0.0005 at most.
struct CellLogits {
  int height = 0;
  int width = 0;
  std::vector<std::int16_t> steps;
};

CellLogits RoundLogits(const image::Plane& cellprob);

/// The mean probability (not logit) of the pixels of each label. Where the label image has another size than the
/// logits, a pixel counts as the nearest one there. Labels without pixels have 0.
PerLabel MeanProbabilities(const image::LabelImage& labels, const CellLogits& logits);

}  // namespace intelliclinix::cellpose
