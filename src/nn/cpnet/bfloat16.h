// Numbers between float32 and bfloat16. Not for kernels_*.cpp: their CPUs do it.
#pragma once

#include <bit>

#include "nn/cpnet/matrix_kernels.h"

namespace intelliclinix::nn::cpnet {

/// To the nearest, ties to even. NaN stays NaN.
inline Bfloat16 ToBfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFF) > 0x7F800000) return static_cast<Bfloat16>(bits >> 16 | 0x40);
  return static_cast<Bfloat16>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

/// Exact.
inline float ToFloat(Bfloat16 value) { return std::bit_cast<float>(std::uint32_t{value} << 16); }

}  // namespace intelliclinix::nn::cpnet
