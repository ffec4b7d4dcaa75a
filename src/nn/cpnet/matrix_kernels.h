// The inner loops of CPnet in bfloat16, as one table of functions for each kind of matrix arithmetic. Included where
// code is compiled for newer CPUs than the rest: no headers with inline functions here.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nn/cpnet/kernels.h"

namespace intelliclinix::nn::cpnet {

/// The upper half of a float32.
using Bfloat16 = std::uint16_t;

/// Channels that lie together: those of a pixel that one step of a product takes, and one line of the cache.
inline constexpr int kGroup = 32;
/// Pixels that a product takes at once; what it reads beyond the last of an image has to be there.
inline constexpr int kProductPixels = 32;
/// Of the layer with the most: 3 x 3 over 256 channels, and a projection.
inline constexpr int kMaxSteps = 9 * 8 + 8;
/// Weights of a step: 16 pairs of input channels for 2 x 16 output channels.
inline constexpr std::size_t kStepWeights = std::size_t{kGroup} * kGroup;

/// Sums of kProductPixels pixels and 32 channels.
using Sums = float[kProductPixels][kGroup];

/// A grid of pixels with a border of one zero, row after row: pixel (y, x) has the number (y + 1) * (width + 2) + x
/// + 1. An image is [channels / 32][pixel][32], so that a tap of a convolution is a distance between numbers.
struct PixelGrid {
  int height = 0;  ///< px, without the border
  int width = 0;

  __attribute__((always_inline)) constexpr std::size_t row() const { return static_cast<std::size_t>(width) + 2; }
  __attribute__((always_inline)) constexpr std::size_t first() const { return row() + 1; }
  __attribute__((always_inline)) constexpr std::size_t end() const {
    return row() * (static_cast<std::size_t>(height) + 1) - 1;
  }
  /// Of one group of channels, with what a product reads beyond the end.
  __attribute__((always_inline)) constexpr std::size_t pixels() const {
    return row() * (static_cast<std::size_t>(height) + 2) + kProductPixels;
  }
};

/// Rows of an image, from `begin` up to `end`.
struct RowRange {
  int begin = 0;
  int end = 0;
};

/// The blocks that some rows of a grid take.
constexpr std::size_t SumsOf(const PixelGrid& grid, int rows) {
  return (static_cast<std::size_t>(rows) * grid.row() + kProductPixels - 1) / kProductPixels;
}

/// A convolution of any taps, as a product: sums[pixel][out] = sum over steps of source[step][pixel] * weights[step].
struct MatrixProduct {
  PixelGrid grid;                            ///< of the sources
  RowRange rows;                             ///< of that grid: those to be computed
  int steps = 0;                             ///< at most kMaxSteps
  const Bfloat16* const* sources = nullptr;  ///< of each step: its group of channels, moved by its tap
  const Bfloat16* weights = nullptr;         ///< [out / 32][step][out / 16 of them][16 pairs][16][2]
  int out = 0;                               ///< channels, a multiple of 32
  Sums* scratch = nullptr;                   ///< of SumsOf(rows) blocks
};

/// What becomes of the sums. Images are as their grids say.
struct MatrixOutput {
  bool upsample = false;  ///< sums are of every second pixel of a grid twice as large, from (odd_y, odd_x) on
  int odd_y = 0;
  int odd_x = 0;
  const float* bias = nullptr;         ///< [out]
  const Bfloat16* residual = nullptr;  ///< added; may be `raw`; null: nothing
  bool residual_half_size = false;     ///< of a grid half as large, each pixel for 2 x 2; not with `upsample`
  Activation activation{};             ///< of `activated`
  Bfloat16* raw = nullptr;             ///< bias, sum and residual; null: not wanted
  Bfloat16* activated = nullptr;       ///< the same normalised, with ReLU; null: not wanted
  float* planes = nullptr;             ///< [3, y, x], the first three channels as float32; null: not wanted
};

/// 2x2 maxima, and the same activated, on the grid half as large.
struct MatrixPool {
  PixelGrid grid;  ///< of `pixels`
  RowRange rows;   ///< of that grid: those to be read, an even number of them
  int channels = 0;
  const Bfloat16* pixels = nullptr;
  Activation activation{};
  Bfloat16* raw = nullptr;
  Bfloat16* activated = nullptr;
};

/// The first layer's 3 x 3 neighbourhoods, so that it is a product of one step: of each pixel 32 numbers, those of tap
/// t and plane p of the activated image at 2 t + p, then the two planes themselves.
struct MatrixGather {
  PixelGrid grid;
  RowRange rows;                     ///< to be written
  const float* image = nullptr;      ///< [plane, y, x]
  const float* activated = nullptr;  ///< with a border of one zero: [plane, y + 2, x + 2]
  Bfloat16* pixels = nullptr;
};

/// Threads: any; each call works on the caller's thread, without allocating.
struct MatrixKernels {
  const char* name;  ///< "amx", "avx512bf16"

  void (*multiply)(const MatrixProduct& product, const MatrixOutput& output);
  void (*pool)(const MatrixPool& pool);
  void (*gather)(const MatrixGather& gather);
};

}  // namespace intelliclinix::nn::cpnet
