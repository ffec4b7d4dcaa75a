// The weights of Cellpose's network, found in a state dict by their names and checked.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "nn/tensor.h"

namespace intelliclinix::nn {

inline constexpr int kCpnetLevels = 4;
inline constexpr std::size_t kCpnetDeepest = kCpnetLevels - 1;
inline constexpr std::int64_t kCpnetPlanes = 2;
inline constexpr std::int64_t kCpnetOutputs = 3;
inline constexpr std::int64_t kCpnetStyle = 256;
/// Channels of level n, from the full resolution down; the image stands before the first.
inline constexpr std::array<std::int64_t, kCpnetLevels> kCpnetChannels = {32, 64, 128, 256};

/// Batch normalisation followed by a convolution. The normalisation is `scale * x + shift` for each channel, worked
/// out in double.
struct CpnetLayer {
  std::vector<float> scale;
  std::vector<float> shift;
  const Tensor* weight = nullptr;  ///< [out, in, k, k], k = 3 or 1
  const Tensor* bias = nullptr;    ///< [out]
};

/// The linear map from the style to one number a channel.
struct CpnetDense {
  const Tensor* weight = nullptr;  ///< [channels, 256]
  const Tensor* bias = nullptr;    ///< [channels]
};

struct CpnetDown {
  CpnetLayer proj;
  std::array<CpnetLayer, 4> conv;
};

struct CpnetUp {
  CpnetLayer proj;
  std::array<CpnetLayer, 4> conv;
  std::array<CpnetDense, 3> full;  ///< of conv[1], conv[2], conv[3]
};

/// Owns: nothing but the folded normalisations; the rest points into the state dict.
/// Source: Stringer et al. 2021, Cellpose 1 to 3 (`CPnet`).
struct Cpnet {
  std::array<CpnetDown, kCpnetLevels> down;
  std::array<CpnetUp, kCpnetLevels> up;
  CpnetLayer output;
};

/// Errors: kInvalidArgument naming the tensor that is missing, of another shape, or not usable.
Result<Cpnet> FindCpnet(const StateDict& state);

/// Cell sizes that a model was trained on.
struct CpnetDiameters {
  float diam_mean = 0;    ///< Units: px; images are scaled so that cells have this diameter
  float diam_labels = 0;  ///< Units: px; mean diameter in the training images as they were
};

/// Errors: kInvalidArgument when one of them is missing or not a positive number.
Result<CpnetDiameters> ReadDiameters(const StateDict& state);

}  // namespace intelliclinix::nn
