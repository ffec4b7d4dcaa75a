// Compiled for AVX2 and FMA; called only where the CPU has it.
#if defined(__x86_64__)
#include "nn/cpnet/kernels_by_cpu.h"
#include "nn/cpnet/kernels_simd.h"

namespace intelliclinix::nn::cpnet {

const Kernels kAvx2Kernels = {"avx2", kBlock, kScratchFloats, Conv3x3, Conv1x1, First, Last};

}  // namespace intelliclinix::nn::cpnet

#endif
