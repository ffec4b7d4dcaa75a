// The smaller levels of a pyramid, and what is counted on its largest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/scratch_file.h"
#include "image/pyramid.h"

namespace intelliclinix::image {

/// Makes all levels of `file` but the largest, which is there.
void MakeSmallerLevels(const PyramidLayout& layout, ScratchFile& file);

/// The contrasts of all channels, from the largest level. `float_ranges` as in PlaneSource.
std::vector<ChannelContrast> ContrastsOf(const PyramidLayout& layout, ScratchFile& file,
                                         std::span<const SampleRange> float_ranges);

}  // namespace intelliclinix::image
