// Estimates the diameter of the cells from the network's style.
#pragma once

#include <vector>

#include "base/byte_source.h"
#include "base/result.h"

namespace intelliclinix::cellpose {

/// A linear model: log diameter = coefficients . (style - style_mean) + log(diam_mean) + log_offset.
struct SizeModel {
  std::vector<float> coefficients;  ///< `A`, one a style value
  std::vector<float> style_mean;    ///< `smean`
  double diam_mean = 0;             ///< px
  double log_offset = 0;            ///< `ymean`
};

/// Reads a size model as the reference stores it (`.npy` of a pickled dict) or as plain arrays (`.npz`).
/// Errors: kInvalidArgument naming the array that is missing or of another shape.
Result<SizeModel> ReadSizeModel(ByteSource& file);

}  // namespace intelliclinix::cellpose
