// Vectors of floats under one set of names. Include in one kernels_*.cpp only: each is compiled for a CPU of its own,
// so nothing here may have a symbol that another file could end up calling.
#pragma once

#include <cstddef>

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#define IC_INLINE static inline __attribute__((always_inline))

namespace intelliclinix::nn::cpnet {
namespace {

#if defined(__AVX512F__)

struct Simd {
  using Vector = __m512;
  static constexpr int kLanes = 16;
  static constexpr int kRows = 14;  // 28 sums, 2 weights, 1 broadcast: 31 of 32 registers
  IC_INLINE Vector Load(const float* p) { return _mm512_loadu_ps(p); }
  IC_INLINE void Store(float* p, Vector v) { _mm512_storeu_ps(p, v); }
  IC_INLINE Vector Broadcast(float x) { return _mm512_set1_ps(x); }
  IC_INLINE Vector Add(Vector a, Vector b) { return _mm512_add_ps(a, b); }
  IC_INLINE Vector Sub(Vector a, Vector b) { return _mm512_sub_ps(a, b); }
  IC_INLINE Vector Mul(Vector a, Vector b) { return _mm512_mul_ps(a, b); }
  IC_INLINE Vector Max(Vector a, Vector b) { return _mm512_max_ps(a, b); }
  /// a * b + c, rounded once.
  IC_INLINE Vector Fma(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
};

#elif defined(__AVX2__)

struct Simd {
  using Vector = __m256;
  static constexpr int kLanes = 8;
  static constexpr int kRows = 6;  // 12 sums, 2 weights, 1 broadcast: 15 of 16 registers
  IC_INLINE Vector Load(const float* p) { return _mm256_loadu_ps(p); }
  IC_INLINE void Store(float* p, Vector v) { _mm256_storeu_ps(p, v); }
  IC_INLINE Vector Broadcast(float x) { return _mm256_set1_ps(x); }
  IC_INLINE Vector Add(Vector a, Vector b) { return _mm256_add_ps(a, b); }
  IC_INLINE Vector Sub(Vector a, Vector b) { return _mm256_sub_ps(a, b); }
  IC_INLINE Vector Mul(Vector a, Vector b) { return _mm256_mul_ps(a, b); }
  IC_INLINE Vector Max(Vector a, Vector b) { return _mm256_max_ps(a, b); }
  IC_INLINE Vector Fma(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
};

#else

// The compiler's vectors of four: SSE2 on any x86-64, NEON on any AArch64. Not fused, so its last bits differ.
struct Simd {
  typedef float Vector __attribute__((vector_size(16)));
  typedef float Unaligned __attribute__((vector_size(16), aligned(4), may_alias));
  static constexpr int kLanes = 4;
  static constexpr int kRows = 6;
  IC_INLINE Vector Load(const float* p) { return *reinterpret_cast<const Unaligned*>(p); }
  IC_INLINE void Store(float* p, Vector v) { *reinterpret_cast<Unaligned*>(p) = v; }
  IC_INLINE Vector Broadcast(float x) { return Vector{x, x, x, x}; }
  IC_INLINE Vector Add(Vector a, Vector b) { return a + b; }
  IC_INLINE Vector Sub(Vector a, Vector b) { return a - b; }
  IC_INLINE Vector Mul(Vector a, Vector b) { return a * b; }
  IC_INLINE Vector Max(Vector a, Vector b) { return a > b ? a : b; }
  IC_INLINE Vector Fma(Vector a, Vector b, Vector c) { return a * b + c; }
};

#endif

}  // namespace
}  // namespace intelliclinix::nn::cpnet
