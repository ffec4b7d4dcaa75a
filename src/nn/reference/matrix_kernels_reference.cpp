#include "nn/reference/matrix_kernels_reference.h"

#include <algorithm>
#include <array>

#include "base/vector_clones.h"
#include "nn/cpnet/bfloat16.h"

namespace intelliclinix::nn::cpnet {
namespace {

/// The channels of a group at one pixel.
using Channels = std::array<float, kGroup>;
/// Of one step and one group of output channels: [in][out].
using StepWeights = std::array<Channels, kGroup>;

/// Where the channels of a group begin at a pixel.
std::size_t IndexOf(const PixelGrid& grid, int group, int y, int x) {
  const std::size_t pixel = (static_cast<std::size_t>(y) + 1) * grid.row() + static_cast<std::size_t>(x) + 1;
  return (static_cast<std::size_t>(group) * grid.pixels() + pixel) * kGroup;
}

Channels Load(const Bfloat16* values) {
  Channels channels;
  std::transform(values, values + kGroup, channels.begin(), ToFloat);
  return channels;
}

void Store(const Channels& channels, Bfloat16* values) { std::ranges::transform(channels, values, ToBfloat16); }

void Add(const Bfloat16* values, Channels& channels) {
  for (std::size_t c = 0; c < channels.size(); ++c) channels[c] += ToFloat(values[c]);
}

Channels Activated(Channels channels, const Activation& activation, int group) {
  for (std::size_t c = 0; c < channels.size(); ++c) {
    const std::size_t channel = static_cast<std::size_t>(group) * kGroup + c;
    channels[c] = std::max(channels[c] * activation.scale[channel] + activation.shift[channel], 0.0F);
  }
  return channels;
}

StepWeights WeightsOf(const MatrixProduct& product, int group, int step) {
  const Bfloat16* const first = product.weights + static_cast<std::size_t>(group * product.steps + step) * kStepWeights;
  StepWeights weights;
  for (std::size_t in = 0; in < kGroup; ++in) {
    for (std::size_t out = 0; out < kGroup; ++out) {
      weights[in][out] = ToFloat(first[out / 16 * (kStepWeights / 2) + in / 2 * 32 + out % 16 * 2 + in % 2]);
    }
  }
  return weights;
}

/// sums[pixel][out] += pixels[pixel][in] * weights[in][out], summed over the input channels.
IC_VECTOR_CLONES
void AddStep(const Bfloat16* pixels, const StepWeights& weights, Channels* sums, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i, pixels += kGroup) {
    Channels sum = sums[i];  // a local, so that the compiler sees that no store changes the weights
    for (std::size_t in = 0; in < kGroup; ++in) {
      const float value = ToFloat(pixels[in]);
      for (std::size_t out = 0; out < kGroup; ++out) sum[out] += value * weights[in][out];
    }
    sums[i] = sum;
  }
}

/// What becomes of the sums of one pixel of the product's grid.
void Finish(const MatrixProduct& product, const MatrixOutput& output, int group, int y, int x, Channels sums) {
  PixelGrid grid = product.grid;
  if (output.upsample) {
    grid = {2 * grid.height, 2 * grid.width};
    y = 2 * y + output.odd_y;
    x = 2 * x + output.odd_x;
  }
  for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += output.bias[static_cast<std::size_t>(group) * kGroup + c];
  if (output.residual != nullptr) {
    const PixelGrid half = {grid.height / 2, grid.width / 2};
    Add(output.residual + (output.residual_half_size ? IndexOf(half, group, y / 2, x / 2) : IndexOf(grid, group, y, x)),
        sums);
  }
  const std::size_t at = IndexOf(grid, group, y, x);
  if (output.raw != nullptr) Store(sums, output.raw + at);
  if (output.activated != nullptr) Store(Activated(sums, output.activation, group), output.activated + at);
  if (output.planes == nullptr) return;
  for (int plane = 0; plane < 3; ++plane) {
    const int row = plane * grid.height + y;
    output.planes[static_cast<std::size_t>(row) * static_cast<std::size_t>(grid.width) + static_cast<std::size_t>(x)] =
        sums[static_cast<std::size_t>(plane)];
  }
}

void Multiply(const MatrixProduct& product, const MatrixOutput& output) {
  constexpr std::size_t kAtOnce = 256;  // pixels, for which the weights of a step are read once
  std::array<Channels, kAtOnce> sums{};
  const std::size_t row = product.grid.row();
  const std::size_t begin = (static_cast<std::size_t>(product.rows.begin) + 1) * row + 1;
  const std::size_t end = (static_cast<std::size_t>(product.rows.end) + 1) * row - 1;
  for (int group = 0; group < product.out / kGroup; ++group) {
    for (std::size_t first = begin; first < end; first += kAtOnce) {
      const std::size_t count = std::min(kAtOnce, end - first);
      sums.fill({});
      for (int step = 0; step < product.steps; ++step) {
        AddStep(product.sources[step] + first * kGroup, WeightsOf(product, group, step), sums.data(), count);
      }
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t x = (first + i) % row;  // counted from the border
        if (x == 0 || x == row - 1) continue;
        Finish(product, output, group, static_cast<int>((first + i) / row) - 1, static_cast<int>(x) - 1, sums[i]);
      }
    }
  }
}

void Pool(const MatrixPool& pool) {
  const PixelGrid half = {pool.grid.height / 2, pool.grid.width / 2};
  for (int group = 0; group < pool.channels / kGroup; ++group) {
    for (int y = pool.rows.begin / 2; y < pool.rows.end / 2; ++y) {
      for (int x = 0; x < half.width; ++x) {
        const auto load = [&](int dy, int dx) {
          return Load(pool.pixels + IndexOf(pool.grid, group, 2 * y + dy, 2 * x + dx));
        };
        const Channels a = load(0, 0), b = load(0, 1), c = load(1, 0), d = load(1, 1);
        Channels largest;
        for (std::size_t i = 0; i < largest.size(); ++i) largest[i] = std::max({a[i], b[i], c[i], d[i]});
        const std::size_t at = IndexOf(half, group, y, x);
        Store(largest, pool.raw + at);
        Store(Activated(largest, pool.activation, group), pool.activated + at);
      }
    }
  }
}

void Gather(const MatrixGather& gather) {
  const PixelGrid& grid = gather.grid;
  const std::size_t plane = static_cast<std::size_t>(grid.height) * static_cast<std::size_t>(grid.width);
  const std::size_t padded_plane = grid.row() * (static_cast<std::size_t>(grid.height) + 2);
  for (int y = gather.rows.begin; y < gather.rows.end; ++y) {
    for (int x = 0; x < grid.width; ++x) {
      Bfloat16* const out = gather.pixels + IndexOf(grid, 0, y, x);
      const std::size_t pixel =
          static_cast<std::size_t>(y) * static_cast<std::size_t>(grid.width) + static_cast<std::size_t>(x);
      for (std::size_t p = 0; p < 2; ++p) {
        for (std::size_t tap = 0; tap < 9; ++tap) {
          const std::size_t row = static_cast<std::size_t>(y) + tap / 3;
          out[2 * tap + p] =
              ToBfloat16(gather.activated[p * padded_plane + row * grid.row() + static_cast<std::size_t>(x) + tap % 3]);
        }
        out[18 + p] = ToBfloat16(gather.image[p * plane + pixel]);
      }
    }
  }
}

}  // namespace

const MatrixKernels kPlainMatrixKernels = {"plain", Multiply, Pool, Gather};

}  // namespace intelliclinix::nn::cpnet
