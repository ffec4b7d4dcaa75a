#include "nn/cpnet/packed_cpnet.h"

#include <algorithm>
#include <array>

#include "base/vector_clones.h"

namespace intelliclinix::nn::cpnet {
namespace {

/// Filters that are transformed together, in the vectors that a compiler makes of loops over them.
constexpr std::size_t kFilters = 8;
using Filters = std::array<double, kFilters>;

/// G of F(4x4, 3x3) times a column of each filter: the values at 0, 1, -1, 2, -2 and infinity, `step` apart.
inline void TransformColumn(const Filters& a, const Filters& b, const Filters& c, Filters* out, std::size_t step) {
  for (std::size_t i = 0; i < kFilters; ++i) {
    const double near = (a[i] + c[i]) * (-1.0 / 6), far = a[i] * (1.0 / 24) + c[i] * (1.0 / 6);
    out[0][i] = a[i] * (1.0 / 4);
    out[step][i] = near - b[i] * (1.0 / 6);
    out[2 * step][i] = near + b[i] * (1.0 / 6);
    out[3 * step][i] = far + b[i] * (1.0 / 12);
    out[4 * step][i] = far - b[i] * (1.0 / 12);
    out[5 * step][i] = c[i];
  }
}

/// G filter G^T of filters [tap]; the points of one lie `stride` apart in `points`, those of the next beside them.
IC_VECTOR_CLONES
void TransformFilters(const std::array<Filters, 9>& taps, float* points, std::size_t stride) {
  constexpr std::size_t kSide = kPatchSide;
  std::array<Filters, kSide * 3> half;  // [point in y][tap in x]
  for (std::size_t x = 0; x < 3; ++x) TransformColumn(taps[x], taps[3 + x], taps[6 + x], half.data() + x, 3);
  for (std::size_t y = 0; y < kSide; ++y) {
    std::array<Filters, kSide> row;
    TransformColumn(half[3 * y], half[3 * y + 1], half[3 * y + 2], row.data(), 1);
    for (std::size_t x = 0; x < kSide; ++x) {
      float* const out = points + (y * kSide + x) * stride;
      for (std::size_t i = 0; i < kFilters; ++i) out[i] = static_cast<float>(row[x][i]);
    }
  }
}

/// `block` is a multiple of kFilters.
AlignedFloats PackWinograd(const Tensor& weight, int block) {
  const auto out = static_cast<std::size_t>(weight.shape[0]);
  const auto in = static_cast<std::size_t>(weight.shape[1]);
  const auto width = static_cast<std::size_t>(block);
  AlignedFloats packed(out * in * kPoints);
  std::array<Filters, 9> taps;
  for (std::size_t first = 0; first < out; first += kFilters) {
    float* const points = packed.data() + first / width * kPoints * in * width + first % width;
    for (std::size_t i = 0; i < in; ++i) {
      for (std::size_t filter = 0; filter < kFilters; ++filter) {
        const float* const filter_taps = weight.values.data() + ((first + filter) * in + i) * 9;
        for (std::size_t tap = 0; tap < 9; ++tap) taps[tap][filter] = filter_taps[tap];
      }
      TransformFilters(taps, points + i * width, in * width);
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

/// But for its convolutions.
PackedUp PackUp(const CpnetUp& up, int block) {
  PackedUp packed;
  packed.proj = PackProj(up.proj, block);
  for (std::size_t i = 0; i < up.full.size(); ++i) {
    packed.full_weight[i] = AlignedFloats(up.full[i].weight->values);
    packed.full_bias[i] = AlignedFloats(up.full[i].bias->values);
  }
  return packed;
}

/// A convolution and its place.
struct ConvTask {
  const CpnetLayer* layer;
  PackedConv* packed;
};

/// The deepest first, which take longest. Those of the first level's first layer are not of this kind.
std::vector<ConvTask> ConvTasks(const Cpnet& net, PackedCpnet& packed) {
  std::vector<ConvTask> tasks;
  for (std::size_t level = kCpnetLevels; level-- > 0;) {
    for (std::size_t i = level == 0 ? 1 : 0; i < 4; ++i) {
      tasks.push_back({&net.down[level].conv[i], &packed.down[level].conv[i]});
    }
    for (std::size_t i = 0; i < 4; ++i) tasks.push_back({&net.up[level].conv[i], &packed.up[level].conv[i]});
  }
  return tasks;
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

PackedCpnet Pack(const Cpnet& net, int block, ComputePool* pool) {
  PackedCpnet packed;
  PackFirst(net.down[0], packed);
  for (std::size_t level = 1; level < net.down.size(); ++level) {
    packed.down[level].proj = PackProj(net.down[level].proj, block);
  }
  for (std::size_t level = 0; level < net.up.size(); ++level) packed.up[level] = PackUp(net.up[level], block);
  const std::vector<ConvTask> tasks = ConvTasks(net, packed);
  ForEachOn(pool, tasks.size(), [&](std::size_t i) { *tasks[i].packed = PackConv(*tasks[i].layer, block); });
  packed.last_scale = AlignedFloats(net.output.scale);
  packed.last_shift = AlignedFloats(net.output.shift);
  packed.last_weights = AlignedFloats(net.output.weight->values);
  packed.last_bias = AlignedFloats(net.output.bias->values);
  return packed;
}

}  // namespace intelliclinix::nn::cpnet
