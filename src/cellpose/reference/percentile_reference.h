// Percentiles by sorting, to test against.
#pragma once

#include <vector>

namespace intelliclinix::cellpose::reference {

/// numpy.percentile with linear interpolation. `values` is not empty.
float Percentile(std::vector<float> values, double percent);

}  // namespace intelliclinix::cellpose::reference
