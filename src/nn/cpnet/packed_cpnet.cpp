#include "nn/cpnet/packed_cpnet.h"

#include <algorithm>
#include <span>

namespace intelliclinix::nn::cpnet {
namespace {

/// G of F(4x4, 3x3).
constexpr double kG[kPatchSide][3] = {{1.0 / 4, 0, 0},
                                      {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                      {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                      {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                      {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                      {0, 0, 1}};

/// G filter G^T, [point]; the points of one filter lie `stride` apart.
void TransformFilter(const float* filter, float* points, std::size_t stride) {
  double half[kPatchSide][3];
  for (int i = 0; i < kPatchSide; ++i) {
    for (int j = 0; j < 3; ++j) half[i][j] = kG[i][0] * filter[j] + kG[i][1] * filter[3 + j] + kG[i][2] * filter[6 + j];
  }
  for (int i = 0; i < kPatchSide; ++i) {
    for (int j = 0; j < kPatchSide; ++j) {
      const double point = half[i][0] * kG[j][0] + half[i][1] * kG[j][1] + half[i][2] * kG[j][2];
      points[static_cast<std::size_t>(i * kPatchSide + j) * stride] = static_cast<float>(point);
    }
  }
}

AlignedFloats PackWinograd(const Tensor& weight, int block) {
  const auto out = static_cast<std::size_t>(weight.shape[0]);
  const auto in = static_cast<std::size_t>(weight.shape[1]);
  const auto width = static_cast<std::size_t>(block);
  AlignedFloats packed(out * in * kPoints);
  for (std::size_t o = 0; o < out; ++o) {
    float* const first = packed.data() + o / width * kPoints * in * width + o % width;
    for (std::size_t i = 0; i < in; ++i) {
      TransformFilter(weight.values.data() + (o * in + i) * 9, first + i * width, in * width);
    }
  }
  return packed;
}

/// bias + weight . shift: what a 1x1 convolution makes of the normalisation's offset.
AlignedFloats FoldedBias(const CpnetLayer& layer) {
  const std::size_t in = layer.scale.size();
  AlignedFloats bias(layer.bias->values.size());
  for (std::size_t o = 0; o < bias.size(); ++o) {
    double sum = layer.bias->values[o];
    for (std::size_t i = 0; i < in; ++i) sum += double{layer.weight->values[o * in + i]} * layer.shift[i];
    bias.data()[o] = static_cast<float>(sum);
  }
  return bias;
}

/// [out / block][in][block], with the normalisation's gain in it.
AlignedFloats FoldedWeights(const CpnetLayer& layer, int block) {
  const std::size_t in = layer.scale.size();
  const std::size_t out = layer.bias->values.size();
  const auto width = static_cast<std::size_t>(block);
  AlignedFloats packed(out * in);
  for (std::size_t o = 0; o < out; ++o) {
    for (std::size_t i = 0; i < in; ++i) {
      packed.data()[(o / width * in + i) * width + o % width] =
          static_cast<float>(double{layer.weight->values[o * in + i]} * layer.scale[i]);
    }
  }
  return packed;
}

PackedProj PackProj(const CpnetLayer& layer, int block) {
  return {.in = static_cast<int>(layer.weight->shape[1]),
          .out = static_cast<int>(layer.weight->shape[0]),
          .weights = FoldedWeights(layer, block),
          .bias = FoldedBias(layer)};
}

void PackFirst(const CpnetDown& down, PackedCpnet& packed) {
  const CpnetLayer& conv = down.conv[0];
  const std::size_t channels = conv.bias->values.size();
  packed.first_weights = AlignedFloats(9 * 2 * channels);
  for (std::size_t o = 0; o < channels; ++o) {
    for (std::size_t plane = 0; plane < 2; ++plane) {
      for (std::size_t k = 0; k < 9; ++k) {
        packed.first_weights.data()[(k * 2 + plane) * channels + o] = conv.weight->values[(o * 2 + plane) * 9 + k];
      }
    }
  }
  packed.first_proj = FoldedWeights(down.proj, static_cast<int>(channels));
  packed.first_proj_bias = FoldedBias(down.proj);
  std::ranges::copy(conv.scale, packed.image_scale.begin());
  std::ranges::copy(conv.shift, packed.image_shift.begin());
  packed.down[0].conv[0].bias = AlignedFloats(conv.bias->values);
}

PackedUp PackUp(const CpnetUp& up, int block) {
  PackedUp packed;
  packed.proj = PackProj(up.proj, block);
  for (std::size_t i = 0; i < up.conv.size(); ++i) packed.conv[i] = PackConv(up.conv[i], block);
  for (std::size_t i = 0; i < up.full.size(); ++i) {
    packed.full_weight[i] = AlignedFloats(up.full[i].weight->values);
    packed.full_bias[i] = AlignedFloats(up.full[i].bias->values);
  }
  return packed;
}

}  // namespace

PackedConv PackConv(const CpnetLayer& layer, int block) {
  return {.in = static_cast<int>(layer.weight->shape[1]),
          .out = static_cast<int>(layer.weight->shape[0]),
          .weights = PackWinograd(*layer.weight, block),
          .bias = AlignedFloats(layer.bias->values),
          .scale = AlignedFloats(layer.scale),
          .shift = AlignedFloats(layer.shift)};
}

PackedCpnet Pack(const Cpnet& net, int block) {
  PackedCpnet packed;
  PackFirst(net.down[0], packed);
  for (std::size_t level = 0; level < net.down.size(); ++level) {
    if (level > 0) packed.down[level].proj = PackProj(net.down[level].proj, block);
    for (std::size_t i = level == 0 ? 1 : 0; i < 4; ++i) {
      packed.down[level].conv[i] = PackConv(net.down[level].conv[i], block);
    }
  }
  for (std::size_t level = 0; level < net.up.size(); ++level) packed.up[level] = PackUp(net.up[level], block);
  packed.last_scale = AlignedFloats(net.output.scale);
  packed.last_shift = AlignedFloats(net.output.shift);
  packed.last_weights = AlignedFloats(net.output.weight->values);
  packed.last_bias = AlignedFloats(net.output.bias->values);
  return packed;
}

}  // namespace intelliclinix::nn::cpnet
