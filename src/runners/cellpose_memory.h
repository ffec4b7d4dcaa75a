// How much memory a segmentation takes, told before it begins.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cellpose/segment.h"
#include "records/dataset.h"
#include "runners/cellpose_parameters.h"
#include "runners/plane_choice.h"

namespace intelliclinix::runners {

/// What is asked for of an image.
struct CellposeTask {
  const CellposeSettings& settings;
  const records::ImageFacts& image;
  const ChosenPlanes& planes;
  const std::vector<std::string>& outputs;  ///< kinds of artifacts
  double diam_mean = 0;                     ///< px; of the model. Where the diameter is estimated, that is assumed
  int threads = 1;                          ///< that compute; each has a tile
  cellpose::PassKind pass = cellpose::PassKind::kMasks;
};

/// The peak of one image from decoding to the end of a pass or, with the last one, to artifacts, and the program:
/// samples and the sums of a projection, the planes that the network sees and what it makes of them, its tiles, flows
/// and cells, and the artifacts, which are kept of every plane until the last is done. Half of the image counts as
/// cells, which is a dense one.
/// Units: bytes.
std::uint64_t EstimateCellposeBytes(const CellposeTask& task);

}  // namespace intelliclinix::runners
