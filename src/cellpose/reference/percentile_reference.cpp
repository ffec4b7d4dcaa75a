#include "cellpose/reference/percentile_reference.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace intelliclinix::cellpose::reference {

float Percentile(std::vector<float> values, double percent) {
  std::ranges::sort(values);
  const double index = static_cast<double>(values.size() - 1) * (percent / 100);
  const auto below = static_cast<std::size_t>(std::floor(index));
  const double low = values[below];
  const double high = values[std::min(below + 1, values.size() - 1)];
  const double t = index - std::floor(index);
  return static_cast<float>(t < 0.5 ? low + (high - low) * t : high - (high - low) * (1 - t));
}

}  // namespace intelliclinix::cellpose::reference
