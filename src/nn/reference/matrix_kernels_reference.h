// The kernels of MatrixNetwork in plain loops, for processors without bfloat16 and to compare the others with.
#pragma once

#include "nn/cpnet/matrix_kernels.h"

namespace intelliclinix::nn::cpnet {

/// Rounds where the others round, and sums in float32 as they do, in another order. About ten times as slow.
extern const MatrixKernels kPlainMatrixKernels;

}  // namespace intelliclinix::nn::cpnet
