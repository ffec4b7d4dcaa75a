// Products of bfloat16 matrices under one name. Include in one kernels_*.cpp only, as simd.h.
#pragma once

#include <immintrin.h>

#include "nn/cpnet/matrix_kernels.h"

#define IC_INLINE static inline __attribute__((always_inline))

namespace intelliclinix::nn::cpnet {
namespace {

#if defined(__AMX_BF16__)

/// Eight tiles of 16 rows of 64 bytes: four of sums, two of pixels, two of weights.
struct MatrixUnit {
  IC_INLINE void Begin() {
    struct alignas(64) Configuration {
      std::uint8_t palette = 1;
      std::uint8_t start_row = 0;
      std::uint8_t reserved[14] = {};
      std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
      std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    };
    const Configuration configuration{};
    asm volatile("" : : "m"(configuration));
    _tile_loadconfig(&configuration);
  }
  IC_INLINE void End() { _tile_release(); }

  static __attribute__((noinline)) void Multiply(const Bfloat16* const* sources, int steps, std::size_t pixel,
                                                 const Bfloat16* weights, Sums& sums, bool add) {
    constexpr std::size_t kPixelBytes = kGroup * sizeof(Bfloat16);
    asm volatile("" : : : "memory");  // the tile loads do not tell the compiler that they read
    if (add) {
      _tile_loadd(0, &sums[0][0], sizeof(sums[0]));
      _tile_loadd(1, &sums[0][16], sizeof(sums[0]));
      _tile_loadd(2, &sums[16][0], sizeof(sums[0]));
      _tile_loadd(3, &sums[16][16], sizeof(sums[0]));
    } else {
      _tile_zero(0);
      _tile_zero(1);
      _tile_zero(2);
      _tile_zero(3);
    }
    for (int step = 0; step < steps; ++step, weights += kStepWeights) {
      const Bfloat16* const source = sources[step] + pixel * kGroup;
      _tile_loadd(4, source, kPixelBytes);
      _tile_loadd(6, weights, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_loadd(7, weights + kStepWeights / 2, 64);
      _tile_dpbf16ps(1, 4, 7);
      _tile_loadd(5, source + 16 * kGroup, kPixelBytes);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, &sums[0][0], sizeof(sums[0]));
    _tile_stored(1, &sums[0][16], sizeof(sums[0]));
    _tile_stored(2, &sums[16][0], sizeof(sums[0]));
    _tile_stored(3, &sums[16][16], sizeof(sums[0]));
    asm volatile("" : : : "memory");
  }
};

#else

/// Dot products of pairs, 16 channels a vector: 8 pixels at a time are 16 sums, 2 weights and a broadcast.
struct MatrixUnit {
  IC_INLINE void Begin() {}
  IC_INLINE void End() {}

  template <int... r>
  struct Rows {};

  template <int... r>
  IC_INLINE void MultiplyRows(Rows<r...>, const Bfloat16* const* sources, int steps, std::size_t pixel,
                              const Bfloat16* weights, float (*sums)[kGroup], bool add) {
    const __mmask16 kept = add ? 0xFFFF : 0;
    __m512 low[] = {_mm512_maskz_loadu_ps(kept, sums[r])...};
    __m512 high[] = {_mm512_maskz_loadu_ps(kept, sums[r] + 16)...};
    for (int step = 0; step < steps; ++step, weights += kStepWeights) {
      const Bfloat16* const source = sources[step] + pixel * kGroup;
      for (int pair = 0; pair < kGroup / 2; ++pair) {
        const auto weight0 = (__m512bh)_mm512_load_si512(weights + pair * kGroup);
        const auto weight1 = (__m512bh)_mm512_load_si512(weights + kStepWeights / 2 + pair * kGroup);
        const auto accumulate = [&](int row, __m512& a, __m512& b) __attribute__((always_inline)) {
          int both;
          __builtin_memcpy(&both, source + row * kGroup + pair * 2, sizeof both);
          const auto value = (__m512bh)_mm512_set1_epi32(both);
          a = _mm512_dpbf16_ps(a, value, weight0);
          b = _mm512_dpbf16_ps(b, value, weight1);
        };
        (accumulate(r, low[r], high[r]), ...);
      }
    }
    ((_mm512_storeu_ps(sums[r], low[r]), _mm512_storeu_ps(sums[r] + 16, high[r])), ...);
  }

  static __attribute__((noinline)) void Multiply(const Bfloat16* const* sources, int steps, std::size_t pixel,
                                                 const Bfloat16* weights, Sums& sums, bool add) {
    for (int row = 0; row < kProductPixels; row += 8) {
      MultiplyRows(Rows<0, 1, 2, 3, 4, 5, 6, 7>(), sources, steps, pixel + row, weights, sums + row, add);
    }
  }
};

#endif

}  // namespace
}  // namespace intelliclinix::nn::cpnet
