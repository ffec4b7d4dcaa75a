// Which kernels a process runs.
#pragma once

#include "nn/cpnet/kernels.h"
#include "nn/cpnet/matrix_kernels.h"
#include "nn/network.h"

namespace intelliclinix::nn::cpnet {

/// The fastest that this CPU can run without instructions newer than `newest`.
const Kernels& ChooseKernels(CpuLevel newest);

/// The same in bfloat16; null where the CPU has no arithmetic for it.
const MatrixKernels* ChooseMatrixKernels(CpuLevel newest);

}  // namespace intelliclinix::nn::cpnet
