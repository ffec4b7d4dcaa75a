// The tables of kernels, each defined in the file that is compiled for its CPU.
#pragma once

#include "nn/cpnet/kernels.h"

namespace intelliclinix::nn::cpnet {

#if defined(__x86_64__)
extern const Kernels kAvx512Kernels;  ///< needs AVX-512 F
extern const Kernels kAvx2Kernels;    ///< needs AVX2 and FMA
#endif
extern const Kernels kPortableKernels;

}  // namespace intelliclinix::nn::cpnet
