// What people should know of an image before they trust what was found in it.
#pragma once

#include <string>
#include <vector>

#include "image/image.h"

namespace intelliclinix::runners {

/// What is to be said of an image.
struct QualityVerdict {
  bool blank = false;  ///< there is nothing but noise
  std::vector<std::string> warnings{};
};

/// Light, contrast and focus of what was segmented: `channel` as image::MeasureQuality takes it. `diameter`: of the
/// objects, px.
QualityVerdict JudgeQuality(const image::Image& source, int channel, double diameter);

}  // namespace intelliclinix::runners
