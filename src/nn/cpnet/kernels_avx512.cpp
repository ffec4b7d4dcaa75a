// Compiled for AVX-512; called only where the CPU has it.
#if defined(__x86_64__)
#include "nn/cpnet/kernels_by_cpu.h"
#include "nn/cpnet/kernels_simd.h"

namespace intelliclinix::nn::cpnet {

const Kernels kAvx512Kernels = {"avx512", kBlock, kScratchFloats, Conv3x3, Conv1x1, First, Last};

}  // namespace intelliclinix::nn::cpnet

#endif
