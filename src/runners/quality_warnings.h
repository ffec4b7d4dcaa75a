// What people should know of an image before they trust what was found in it.
#pragma once

#include <string>
#include <vector>

#include "image/image.h"

namespace intelliclinix::runners {

/// Sentences about light, contrast and focus of what was segmented: `channel` as image::MeasureQuality takes it.
/// `diameter`: of the objects, px. They warn and change nothing: what was found stays found.
std::vector<std::string> QualityWarnings(const image::Image& source, int channel, double diameter);

}  // namespace intelliclinix::runners
