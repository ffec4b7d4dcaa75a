// How much memory a segmentation by classes of pixels takes, told before it begins.
#pragma once

#include <cstddef>
#include <cstdint>

#include "records/dataset.h"
#include "unet/options.h"

namespace intelliclinix::runners {

/// The peak of one image from decoding to artifacts, beside the model: samples, the planes that the network sees, the
/// tiles on their way through it on `threads` threads, what it makes of them, and masks. `planes`: how many are run on
/// their own, whose artifacts are kept until the last is done.
/// Units: bytes.
std::uint64_t EstimateUnetBytes(const unet::Reading& reading, const records::ImageFacts& image, int threads,
                                std::size_t planes);

}  // namespace intelliclinix::runners
