// CPnet's weights as products of bfloat16 matrices read them.
#pragma once

#include <array>

#include "base/compute_pool.h"
#include "nn/cpnet.h"
#include "nn/cpnet/aligned_bfloats.h"
#include "nn/cpnet/aligned_floats.h"

namespace intelliclinix::nn::cpnet {

/// One product: weights as MatrixProduct has them.
struct MatrixLayer {
  int steps = 0;
  int out = 0;  ///< a multiple of 32
  AlignedBfloats weights;
  AlignedFloats bias;  ///< [out]
};

/// A normalisation in front of a convolution; each is done where its input is written.
struct MatrixNorm {
  AlignedFloats scale;
  AlignedFloats shift;

  Activation activation() const { return {scale.data(), shift.data()}; }
};

/// Steps: of a 3 x 3 convolution, taps within groups of input channels; then the groups of the projection.
struct MatrixDown {
  std::array<MatrixLayer, 4> conv;  ///< conv[1] with the projection; conv[0] of level 0 is of gathered neighbourhoods
  std::array<MatrixNorm, 4> norm;   ///< of conv's inputs
};

struct MatrixUp {
  /// conv[0] below the deepest level: four, by the parity of the pixel (2 y + x), of 2 x 2 taps on the grid half as
  /// large. What nearest-neighbour upsampling and 3 x 3 taps read are 2 x 2 pixels, so weights that meet are added.
  std::array<MatrixLayer, 4> folded;
  MatrixLayer proj;                 ///< below the deepest level, on the grid half as large
  std::array<MatrixLayer, 4> conv;  ///< conv[1] of the deepest level with the projection; conv[0] only of the deepest
  std::array<MatrixNorm, 4> norm;
  std::array<AlignedFloats, 3> full_weight;  ///< [channels][256]
  std::array<AlignedFloats, 3> full_bias;    ///< [channels]
};

/// Owns all of its weights: about 24 MB.
/// Threads: any; immutable.
struct MatrixCpnet {
  MatrixNorm image;
  std::array<MatrixDown, kCpnetLevels> down;
  std::array<MatrixUp, kCpnetLevels> up;
  MatrixNorm last_norm;
  MatrixLayer last;  ///< three channels and zeros
};

/// Rounds to the nearest. `pool`: whose threads share the levels; without one the caller packs them all.
/// Throws: std::bad_alloc.
MatrixCpnet PackMatrices(const Cpnet& net, ComputePool* pool = nullptr);

}  // namespace intelliclinix::nn::cpnet
