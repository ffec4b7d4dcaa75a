// CPnet's weights in the order in which the kernels read them.
#pragma once

#include <array>
#include <vector>

#include "base/compute_pool.h"
#include "nn/cpnet.h"
#include "nn/cpnet/aligned_floats.h"
#include "nn/cpnet/kernels.h"

namespace intelliclinix::nn::cpnet {

/// A normalisation and the 3x3 convolution after it, transformed for Winograd's F(4x4, 3x3).
struct PackedConv {
  int in = 0;
  int out = 0;
  AlignedFloats weights;  ///< [out / block][point][in][block]
  AlignedFloats bias;     ///< [out]
  AlignedFloats scale;    ///< [in]
  AlignedFloats shift;    ///< [in]
};

/// Transforms the filters in double. Throws: std::bad_alloc.
/// Source: Lavin and Gray 2016, with the points 0, 1, -1, 2, -2.
PackedConv PackConv(const CpnetLayer& layer, int block);

/// A normalisation folded into the 1x1 convolution after it.
struct PackedProj {
  int in = 0;
  int out = 0;
  AlignedFloats weights;  ///< [out / block][in][block]
  AlignedFloats bias;     ///< [out]
};

struct PackedDown {
  PackedProj proj;                 ///< empty at level 0
  std::array<PackedConv, 4> conv;  ///< conv[0] has no weights at level 0
};

struct PackedUp {
  PackedProj proj;
  std::array<PackedConv, 4> conv;
  std::array<AlignedFloats, 3> full_weight;  ///< [channels][256]
  std::array<AlignedFloats, 3> full_bias;    ///< [channels]
};

/// Owns all of its weights: about 105 MB, four times what the checkpoint holds.
/// Threads: any; immutable.
struct PackedCpnet {
  AlignedFloats first_weights;       ///< [ky, kx, plane, channel] of down[0].conv[0]
  AlignedFloats first_proj;          ///< [plane, channel]
  AlignedFloats first_proj_bias;     ///< [channel]
  std::array<float, 2> image_scale;  ///< the normalisation of the two planes
  std::array<float, 2> image_shift;
  std::array<PackedDown, kCpnetLevels> down;
  std::array<PackedUp, kCpnetLevels> up;
  AlignedFloats last_scale, last_shift;  ///< [32]
  AlignedFloats last_weights;            ///< [plane, 32]
  AlignedFloats last_bias;               ///< [plane]
};

/// `pool`: whose threads share the convolutions; without one the caller packs them all. Throws: std::bad_alloc.
PackedCpnet Pack(const Cpnet& net, int block, ComputePool* pool = nullptr);

}  // namespace intelliclinix::nn::cpnet
