#include "nn/network.h"

namespace intelliclinix::nn {

std::string_view PrecisionName(Precision precision) { return precision == Precision::kFloat32 ? "f32" : "bf16"; }

// Every x86 CPU that multiplies bfloat16 matrices (AMX) has these instructions too.
bool CpuHasBfloat16() { return __builtin_cpu_supports("avx512bf16") != 0; }

}  // namespace intelliclinix::nn
