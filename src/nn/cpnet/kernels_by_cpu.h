// The tables of kernels, each defined in the file that is compiled for its CPU.
#pragma once

#include "nn/cpnet/kernels.h"
#include "nn/cpnet/matrix_kernels.h"

namespace intelliclinix::nn::cpnet {

#if defined(__x86_64__)
extern const Kernels kAvx512Kernels;  ///< needs AVX-512 F
extern const Kernels kAvx2Kernels;    ///< needs AVX2 and FMA

extern const MatrixKernels kAmxKernels;         ///< needs AMX and AVX-512 F, both with bfloat16
extern const MatrixKernels kAvx512Bf16Kernels;  ///< needs AVX-512 F with bfloat16
#endif
extern const Kernels kPortableKernels;

}  // namespace intelliclinix::nn::cpnet
