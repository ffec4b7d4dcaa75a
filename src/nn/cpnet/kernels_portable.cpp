// Compiled for every CPU of the platform.
#include "nn/cpnet/kernels_by_cpu.h"
#include "nn/cpnet/kernels_simd.h"

namespace intelliclinix::nn::cpnet {

const Kernels kPortableKernels = {"portable", kBlock, kScratchFloats, Conv3x3, Conv1x1, First, Last};

}  // namespace intelliclinix::nn::cpnet
