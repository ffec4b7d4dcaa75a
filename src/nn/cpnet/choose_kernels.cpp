#include "nn/cpnet/choose_kernels.h"

#include <algorithm>

#include "nn/cpnet/kernels_by_cpu.h"

namespace intelliclinix::nn::cpnet {

const Kernels& ChooseKernels(CpuLevel newest) {
#if defined(__x86_64__)
  const CpuLevel level = std::min(newest, DetectCpuLevel());
  if (level >= CpuLevel::kAvx512) return kAvx512Kernels;
  if (level == CpuLevel::kAvx2) return kAvx2Kernels;
#else
  static_cast<void>(newest);
#endif
  return kPortableKernels;
}

const MatrixKernels* ChooseMatrixKernels(CpuLevel newest) {
#if defined(__x86_64__)
  const CpuLevel level = std::min(newest, DetectCpuLevel());
  if (level >= CpuLevel::kAmx) return &kAmxKernels;
  if (level == CpuLevel::kAvx512Bf16) return &kAvx512Bf16Kernels;
#else
  static_cast<void>(newest);
#endif
  return nullptr;
}

}  // namespace intelliclinix::nn::cpnet
