// Compiled for AVX-512's bfloat16; called only where the CPU has it.
#if defined(__x86_64__)
#include "nn/cpnet/kernels_by_cpu.h"
#include "nn/cpnet/kernels_matrix.h"

namespace intelliclinix::nn::cpnet {

const MatrixKernels kAvx512Bf16Kernels = {"avx512bf16", Multiply, Pool, Gather};

}  // namespace intelliclinix::nn::cpnet

#endif
