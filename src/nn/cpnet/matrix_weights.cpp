#include "nn/cpnet/matrix_weights.h"

#include <algorithm>
#include <span>

#include "nn/cpnet/bfloat16.h"

namespace intelliclinix::nn::cpnet {
namespace {

constexpr std::size_t kWidth = kGroup;

/// Fills a layer weight by weight.
class Packer {
 public:
  Packer(std::size_t steps, std::size_t out)
      : layer_{.steps = static_cast<int>(steps),
               .out = static_cast<int>((out + kWidth - 1) / kWidth * kWidth),
               .weights = {},
               .bias = {}} {
    const auto channels = static_cast<std::size_t>(layer_.out);
    layer_.weights = AlignedBfloats(channels * steps * kWidth);
    layer_.bias = AlignedFloats(channels);
    std::fill_n(layer_.bias.data(), channels, 0.0F);
  }

  /// Of input channel `in` (0 to 31) of a step.
  void Put(std::size_t step, std::size_t in, std::size_t out, double weight) {
    const std::size_t block = out / kWidth * static_cast<std::size_t>(layer_.steps) + step;
    const std::size_t half = out % kWidth / 16;
    layer_.weights.data()[block * kStepWeights + half * kStepWeights / 2 + in / 2 * kWidth + out % 16 * 2 + in % 2] =
        ToBfloat16(static_cast<float>(weight));
  }

  void AddBias(std::size_t out, double bias) {
    layer_.bias.data()[out] = static_cast<float>(layer_.bias.data()[out] + bias);
  }

  MatrixLayer Take() && { return std::move(layer_); }

 private:
  MatrixLayer layer_;
};

std::size_t InOf(const CpnetLayer& layer) { return static_cast<std::size_t>(layer.weight->shape[1]); }
std::size_t OutOf(const CpnetLayer& layer) { return static_cast<std::size_t>(layer.weight->shape[0]); }

void PutBias(Packer& packer, const CpnetLayer& layer) {
  for (std::size_t o = 0; o < OutOf(layer); ++o) packer.AddBias(o, layer.bias->values[o]);
}

/// A projection's normalisation is folded into its weights. `first`: its first step; `in` of a step begins at `offset`.
void PutProjection(Packer& packer, const CpnetLayer& layer, std::size_t first, std::size_t offset = 0) {
  const std::size_t in = InOf(layer);
  PutBias(packer, layer);
  for (std::size_t o = 0; o < OutOf(layer); ++o) {
    for (std::size_t i = 0; i < in; ++i) {
      const double weight = layer.weight->values[o * in + i];
      packer.Put(first + i / kWidth, offset + i % kWidth, o, weight * layer.scale[i]);
      packer.AddBias(o, weight * layer.shift[i]);
    }
  }
}

/// 3 x 3 taps, and a projection of another image if there is one.
MatrixLayer PackConvolution(const CpnetLayer& layer, const CpnetLayer* projection = nullptr) {
  const std::size_t in = InOf(layer);
  const std::size_t steps = in / kWidth * 9;
  const std::size_t projected = projection == nullptr ? 0 : (InOf(*projection) + kWidth - 1) / kWidth;
  Packer packer(steps + projected, OutOf(layer));
  PutBias(packer, layer);
  for (std::size_t o = 0; o < OutOf(layer); ++o) {
    for (std::size_t i = 0; i < in; ++i) {
      const float* const taps = layer.weight->values.data() + (o * in + i) * 9;
      for (std::size_t tap = 0; tap < 9; ++tap) packer.Put(i / kWidth * 9 + tap, i % kWidth, o, taps[tap]);
    }
  }
  // The two planes of an image stand behind its neighbourhoods.
  const bool of_image = projection != nullptr && InOf(*projection) < kWidth;
  if (projection != nullptr) PutProjection(packer, *projection, steps, of_image ? 18 : 0);
  return std::move(packer).Take();
}

/// The first convolution, of neighbourhoods: tap t of plane p at 2 t + p.
MatrixLayer PackFirst(const CpnetLayer& layer) {
  Packer packer(1, OutOf(layer));
  PutBias(packer, layer);
  for (std::size_t o = 0; o < OutOf(layer); ++o) {
    for (std::size_t plane = 0; plane < 2; ++plane) {
      for (std::size_t tap = 0; tap < 9; ++tap) {
        packer.Put(0, 2 * tap + plane, o, layer.weight->values[(o * 2 + plane) * 9 + tap]);
      }
    }
  }
  return std::move(packer).Take();
}

/// Which of the two taps on the small grid a tap 0 to 2 on the large one falls on, for a pixel of this parity.
std::size_t FoldedTap(std::size_t tap, std::size_t odd) { return odd == 0 ? (tap + 1) / 2 : tap / 2; }

MatrixLayer PackFolded(const CpnetLayer& layer, std::size_t odd_y, std::size_t odd_x) {
  const std::size_t in = InOf(layer);
  Packer packer(in / kWidth * 4, OutOf(layer));
  PutBias(packer, layer);
  for (std::size_t o = 0; o < OutOf(layer); ++o) {
    for (std::size_t i = 0; i < in; ++i) {
      const float* const taps = layer.weight->values.data() + (o * in + i) * 9;
      std::array<double, 4> sums{};
      for (std::size_t tap = 0; tap < 9; ++tap) {
        sums[FoldedTap(tap / 3, odd_y) * 2 + FoldedTap(tap % 3, odd_x)] += double{taps[tap]};
      }
      for (std::size_t tap = 0; tap < 4; ++tap) packer.Put(i / kWidth * 4 + tap, i % kWidth, o, sums[tap]);
    }
  }
  return std::move(packer).Take();
}

MatrixLayer PackProjection(const CpnetLayer& layer) {
  Packer packer((InOf(layer) + kWidth - 1) / kWidth, OutOf(layer));
  PutProjection(packer, layer, 0);
  return std::move(packer).Take();
}

/// The last convolution's own normalisation is done where its input is written.
MatrixLayer PackLast(const CpnetLayer& layer) {
  Packer packer(1, OutOf(layer));
  PutBias(packer, layer);
  for (std::size_t o = 0; o < OutOf(layer); ++o) {
    for (std::size_t i = 0; i < InOf(layer); ++i) packer.Put(0, i, o, layer.weight->values[o * InOf(layer) + i]);
  }
  return std::move(packer).Take();
}

MatrixNorm PackNorm(const CpnetLayer& layer) {
  return {.scale = AlignedFloats(layer.scale), .shift = AlignedFloats(layer.shift)};
}

MatrixDown PackDown(const CpnetDown& down, bool first) {
  MatrixDown packed;
  for (std::size_t i = 0; i < 4; ++i) {
    packed.norm[i] = PackNorm(down.conv[i]);
    packed.conv[i] = i == 0 && first ? PackFirst(down.conv[i])
                     : i == 1        ? PackConvolution(down.conv[i], &down.proj)
                                     : PackConvolution(down.conv[i]);
  }
  return packed;
}

MatrixUp PackUp(const CpnetUp& up, bool deepest) {
  MatrixUp packed;
  for (std::size_t i = 0; i < 4; ++i) packed.norm[i] = PackNorm(up.conv[i]);
  if (deepest) {
    packed.conv[0] = PackConvolution(up.conv[0]);
  } else {
    for (std::size_t parity = 0; parity < 4; ++parity) {
      packed.folded[parity] = PackFolded(up.conv[0], parity / 2, parity % 2);
    }
    packed.proj = PackProjection(up.proj);
  }
  packed.conv[1] = PackConvolution(up.conv[1], deepest ? &up.proj : nullptr);
  packed.conv[2] = PackConvolution(up.conv[2]);
  packed.conv[3] = PackConvolution(up.conv[3]);
  for (std::size_t i = 0; i < up.full.size(); ++i) {
    packed.full_weight[i] = AlignedFloats(up.full[i].weight->values);
    packed.full_bias[i] = AlignedFloats(up.full[i].bias->values);
  }
  return packed;
}

}  // namespace

MatrixCpnet PackMatrices(const Cpnet& net, ComputePool* pool) {
  MatrixCpnet packed;
  packed.image = PackNorm(net.down[0].conv[0]);
  // The deepest first, which take longest.
  ForEachOn(pool, 2 * std::size_t{kCpnetLevels}, [&](std::size_t i) {
    const std::size_t level = kCpnetDeepest - i / 2;
    if (i % 2 == 0) {
      packed.down[level] = PackDown(net.down[level], level == 0);
    } else {
      packed.up[level] = PackUp(net.up[level], level == kCpnetDeepest);
    }
  });
  packed.last_norm = PackNorm(net.output);
  packed.last = PackLast(net.output);
  return packed;
}

}  // namespace intelliclinix::nn::cpnet
