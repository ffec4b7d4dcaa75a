#include "nn/cpnet/kernels.h"

#include "nn/cpnet/kernels_by_cpu.h"

namespace intelliclinix::nn::cpnet {

KernelsList AvailableKernels() {
  KernelsList list{};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) list.items[list.count++] = &kAvx512Kernels;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) list.items[list.count++] = &kAvx2Kernels;
#endif
  list.items[list.count++] = &kPortableKernels;
  return list;
}

}  // namespace intelliclinix::nn::cpnet
