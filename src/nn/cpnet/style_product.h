// A row of the dense layers that take the style.
#pragma once

#include <array>
#include <cstddef>

#include "nn/cpnet.h"

namespace intelliclinix::nn::cpnet {

/// The dot product of `row` and `style`, both [256], in double. Partial sums, which a compiler may keep in vectors.
inline double StyleProduct(const float* row, const float* style) {
  std::array<double, 8> partial{};
  for (std::size_t i = 0; i < static_cast<std::size_t>(kCpnetStyle); i += partial.size()) {
    for (std::size_t lane = 0; lane < partial.size(); ++lane) partial[lane] += double{row[i + lane]} * style[i + lane];
  }
  double sum = 0;
  for (const double value : partial) sum += value;
  return sum;
}

}  // namespace intelliclinix::nn::cpnet
