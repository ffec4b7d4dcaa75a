// The inner loops of CPnet, as one table of functions for each kind of CPU. Included where code is compiled for newer
// CPUs than the rest: no headers with inline functions here.
#pragma once

#include <cstddef>

namespace intelliclinix::nn::cpnet {

/// Winograd F(4x4, 3x3): tiles of 4 x 4 outputs from 6 x 6 inputs, 36 products in place of 144.
inline constexpr int kTileSide = 4;
inline constexpr int kPatchSide = 6;
inline constexpr int kPoints = kPatchSide * kPatchSide;
/// Tiles whose transforms are in the cache at the same time: two rows of tiles of a 112-wide level, all of a 28-wide
/// one.
inline constexpr int kStripTiles = 56;

/// `x * scale + shift` for each channel, then ReLU. A null scale: nothing is done.
struct Activation {
  const float* scale = nullptr;
  const float* shift = nullptr;
};

/// What a 3x3 convolution reads. Pixels are [y, x, channel], without padding.
struct ConvInput {
  const float* pixels = nullptr;
  int channels = 0;
  bool half_size = false;   ///< the pixels have half the height and width: nearest-neighbour upsampling on the way
  Activation activation{};  ///< done on the way; what is outside the image is zero after it
};

/// What a 3x3 convolution adds to its sums and where they go. Pixels are [y, x, channel].
struct ConvOutput {
  float* pixels = nullptr;
  int channels = 0;
  const float* bias = nullptr;
  const float* residual = nullptr;  ///< added; may be the output itself; null: nothing
  bool residual_half_size = false;
  Activation activation{};  ///< done last
  float* pooled = nullptr;  ///< 2x2 maxima of the output [y / 2, x / 2, channel]; null: not wanted
};

struct ConvShape {
  int height = 0;  ///< px, of the output
  int width = 0;
  int begin = 0;  ///< of the rows to be computed; of a 3x3 convolution a multiple of kTileSide
  int end = 0;
};

/// The first layer: two planes become 32 channels.
struct FirstLayer {
  const float* image = nullptr;      ///< [plane, y, x]
  const float* activated = nullptr;  ///< normalised, ReLU, with a border of one zero: [plane, y + 2, x + 2]
  const float* conv = nullptr;       ///< [ky, kx, plane, channel]
  const float* conv_bias = nullptr;
  const float* proj = nullptr;  ///< [plane, channel], its normalisation folded in
  const float* proj_bias = nullptr;
  Activation activation{};
  float* features = nullptr;  ///< of the convolution, activated: [y, x, channel]
  float* projected = nullptr;
};

/// The last layer: ReLU of the normalised channels, then a 1x1 convolution to planes.
struct LastLayer {
  const float* pixels = nullptr;  ///< [y, x, 32]
  Activation activation{};
  const float* weights = nullptr;  ///< [plane, 32]
  const float* bias = nullptr;
  float* planes = nullptr;  ///< [3, y, x]
};

/// The functions for one kind of CPU. Weights are packed for `block`.
/// Threads: any; each call works on the caller's thread, without allocating.
struct Kernels {
  const char* name;            ///< "avx512", "avx2", "portable"
  int block;                   ///< output channels that are computed together; 8, 16 or 32
  std::size_t scratch_floats;  ///< that `conv3x3` needs

  /// `weights` are [channels / block][point][input channel][block].
  void (*conv3x3)(ConvShape shape, const ConvInput& input, const float* weights, const ConvOutput& output,
                  float* scratch);
  /// 1x1: `weights` are [out / block][in][block]. `in` is 32, 64, 128 or 256.
  void (*conv1x1)(std::size_t pixels, const float* input, int in, const float* weights, const float* bias,
                  float* output, int out);
  void (*first)(ConvShape shape, const FirstLayer& layer);
  void (*last)(ConvShape shape, const LastLayer& layer);
};

}  // namespace intelliclinix::nn::cpnet
