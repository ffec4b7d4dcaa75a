// Label images as drawings, for tests.
#pragma once

#include <string>
#include <vector>

#include "image/image.h"

namespace intelliclinix::image::testing {

/// One text a row: '.' is background, a digit is the label.
inline LabelImage Drawn(const std::vector<std::string>& rows) {
  LabelImage labels(static_cast<int>(rows.size()), static_cast<int>(rows.at(0).size()));
  for (int y = 0; y < labels.height; ++y) {
    for (int x = 0; x < labels.width; ++x) {
      const char pixel = rows.at(static_cast<std::size_t>(y)).at(static_cast<std::size_t>(x));
      labels.at(y, x) = pixel == '.' ? 0 : static_cast<std::uint32_t>(pixel - '0');
    }
  }
  return labels;
}

}  // namespace intelliclinix::image::testing
