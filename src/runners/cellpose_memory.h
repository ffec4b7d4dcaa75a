// How much memory a segmentation takes, told before it begins.
#pragma once

#include <cstdint>

#include "records/dataset.h"
#include "runners/cellpose_parameters.h"

namespace intelliclinix::runners {

/// The peak of one image from decoding to artifacts, beside the model: samples, the planes that the network sees and
/// what it makes of them, flows and cells. Half of the image counts as cells, which is a dense one. `diam_mean`: of the
/// model. Where the diameter is estimated, that of the model is assumed. `planes`: how many are run on their own, whose
/// artifacts are kept until the last is done.
/// Units: bytes.
std::uint64_t EstimateCellposeBytes(const CellposeSettings& settings, const records::ImageFacts& image,
                                    double diam_mean, std::size_t planes);

}  // namespace intelliclinix::runners
