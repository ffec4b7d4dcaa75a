// CPnet in plain loops, to test engines against.
#pragma once

#include "nn/tensor.h"

namespace intelliclinix::nn {

struct CpnetResult {
  Tensor output;  ///< [3, h, w]
  Tensor style;   ///< [256]
};

/// One pass on `image` [2, h, w], h and w multiples of 16. Follows the definition step by step, sums in double, and is
/// slow. `state` must be a CPnet.
/// Source: Stringer et al. 2021, Cellpose 1 to 3 (`CPnet`).
CpnetResult RunCpnetReference(const StateDict& state, const Tensor& image);

}  // namespace intelliclinix::nn
