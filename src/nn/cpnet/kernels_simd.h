// CPnet's inner loops over the vectors of simd.h. Included by each kernels_*.cpp, which is compiled for its CPU.
// Plain pointers and no library templates: an inline function of a header, compiled here for a newer CPU, could be the
// copy that the linker keeps for all.
#pragma once

#include "nn/cpnet/kernels.h"
#include "nn/cpnet/simd.h"

namespace intelliclinix::nn::cpnet {
namespace {

using Vector = Simd::Vector;

constexpr int kLanes = Simd::kLanes;
constexpr int kBlock = 2 * kLanes;
constexpr int kMaxChannels = 256;
constexpr int kLineFloats = 16;  // of a line of the cache
constexpr int kSecondCache = 2;  // as __builtin_prefetch counts locality
// 16 floats more than full pages, so that the 36 points of a tile do not fall into the same sets of the cache.
constexpr std::size_t PointStride(int channels) { return static_cast<std::size_t>(kStripTiles) * channels + 16; }
constexpr std::size_t kSumsFloats = kPoints * PointStride(kBlock);
constexpr std::size_t kScratchFloats = kPoints * PointStride(kMaxChannels) + kSumsFloats;

template <int... numbers>
struct Sequence {};
template <int n, int... rest>
struct MakeSequence : MakeSequence<n - 1, n - 1, rest...> {};
template <int... numbers>
struct MakeSequence<0, numbers...> {
  using Type = Sequence<numbers...>;
};

/// What one product reads and writes: out[row][:] = (bias +) sum over k of input[row][k] * weights[k][:].
struct Product {
  std::size_t rows;
  const float* input;    ///< [row][depth]
  const float* weights;  ///< [depth][block]
  const float* bias;     ///< [block]; null: zeros
  float* out;
  std::size_t out_stride;  ///< floats from a row to the next
  std::size_t next_input;  ///< floats to the rows of the next product, to be fetched meanwhile; 0: there is none
};

// The 105 MB of weights come from the last cache or memory, farther than the hardware looks ahead: each product has the
// next one's brought to the second cache, and its own this many floats early to the first. A tile takes 15 % less time.
constexpr int kWeightsAhead = 512;

/// Some rows of a product. Sums are named by constants (g++ 12 keeps an indexed array in memory).
template <int depth, int... r>
IC_INLINE void MultiplyRows(Sequence<r...>, const Product& product, std::size_t row) {
  const float* const input = product.input + row * depth;
  const float* const next = input + product.next_input;
  const float* weights = product.weights;
  // The weights of the next product: a part of them while each group of rows is computed.
  const float* const later = weights + depth * kBlock + row / Simd::kRows % 2 * depth * kLineFloats;
  const float* const bias = product.bias;
  float* const out = product.out + row * product.out_stride;
  const std::size_t out_stride = product.out_stride;
  const Vector zero = Simd::Broadcast(0);
  const Vector first0 = bias != nullptr ? Simd::Load(bias) : zero;
  const Vector first1 = bias != nullptr ? Simd::Load(bias + kLanes) : zero;
  Vector sum0[] = {((void)r, first0)...};
  Vector sum1[] = {((void)r, first1)...};
  for (int k = 0; k < depth; ++k) {
    const Vector weight0 = Simd::Load(weights);
    const Vector weight1 = Simd::Load(weights + kLanes);
    weights += kBlock;
    for (int line = 0; line < kBlock; line += kLineFloats) __builtin_prefetch(weights + kWeightsAhead + line);
    __builtin_prefetch(later + k * kLineFloats, 0, kSecondCache);
    if (k < static_cast<int>(sizeof...(r)) * depth / kLineFloats) __builtin_prefetch(next + k * kLineFloats);
    const auto accumulate = [&](const float* value, Vector& a, Vector& b) __attribute__((always_inline)) {
      const Vector broadcast = Simd::Broadcast(*value);
      a = Simd::Fma(broadcast, weight0, a);
      b = Simd::Fma(broadcast, weight1, b);
    };
    (accumulate(input + r * depth + k, sum0[r], sum1[r]), ...);
  }
  ((Simd::Store(out + r * out_stride, sum0[r]), Simd::Store(out + r * out_stride + kLanes, sum1[r])), ...);
}

template <int depth, int rows>
IC_INLINE void MultiplyBlocks(const Product& product, std::size_t& row) {
  for (; row + rows <= product.rows; row += rows) {
    MultiplyRows<depth>(typename MakeSequence<rows>::Type(), product, row);
  }
}

/// All of them, as many at a time as there are registers for.
template <int depth>
static __attribute__((noinline)) void Multiply(const Product& product) {
  std::size_t row = 0;
  MultiplyBlocks<depth, Simd::kRows>(product, row);
  if constexpr (Simd::kRows > 7) MultiplyBlocks<depth, 7>(product, row);
  MultiplyBlocks<depth, 4>(product, row);
  MultiplyBlocks<depth, 2>(product, row);
  MultiplyBlocks<depth, 1>(product, row);
}

using MultiplyFunction = void (*)(const Product&);

static MultiplyFunction MultiplyFor(int depth) {
  return depth == 32 ? Multiply<32> : depth == 64 ? Multiply<64> : depth == 128 ? Multiply<128> : Multiply<256>;
}

/// B^T d of six values, for the points 0, 1, -1, 2, -2 and infinity (Lavin and Gray 2016).
IC_INLINE void TransformInputLine(Vector d0, Vector d1, Vector d2, Vector d3, Vector d4, Vector d5, Vector* out,
                                  int step) {
  const Vector two = Simd::Broadcast(2), four = Simd::Broadcast(4);
  const Vector minus_two = Simd::Broadcast(-2), minus_four = Simd::Broadcast(-4), minus_five = Simd::Broadcast(-5);
  const Vector even = Simd::Fma(minus_four, d2, d4);  // d4 - 4 d2
  const Vector odd = Simd::Fma(minus_four, d1, d3);   // d3 - 4 d1
  const Vector near_even = Simd::Sub(d4, d2);
  const Vector near_odd = Simd::Sub(d3, d1);
  out[0] = Simd::Fma(four, d0, Simd::Fma(minus_five, d2, d4));
  out[step] = Simd::Add(even, odd);
  out[2 * step] = Simd::Sub(even, odd);
  out[3 * step] = Simd::Fma(two, near_odd, near_even);
  out[4 * step] = Simd::Fma(minus_two, near_odd, near_even);
  out[5 * step] = Simd::Fma(four, d1, Simd::Fma(minus_five, d3, d5));
}

/// A^T m of six values.
IC_INLINE void TransformOutputLine(Vector m0, Vector m1, Vector m2, Vector m3, Vector m4, Vector m5, Vector* out,
                                   int step) {
  const Vector two = Simd::Broadcast(2), four = Simd::Broadcast(4), eight = Simd::Broadcast(8);
  const Vector sum_near = Simd::Add(m1, m2), difference_near = Simd::Sub(m1, m2);
  const Vector sum_far = Simd::Add(m3, m4), difference_far = Simd::Sub(m3, m4);
  out[0] = Simd::Add(Simd::Add(m0, sum_near), sum_far);
  out[step] = Simd::Fma(two, difference_far, difference_near);
  out[2 * step] = Simd::Fma(four, sum_far, sum_near);
  out[3 * step] = Simd::Add(Simd::Fma(eight, difference_far, difference_near), m5);
}

IC_INLINE Vector Activate(Vector x, Vector scale, Vector shift) {
  return Simd::Max(Simd::Fma(x, scale, shift), Simd::Broadcast(0));
}

/// Where tiles lie.
struct Grid {
  int height, width;  // px
  int columns;        // tiles in a row
  IC_INLINE Grid Of(ConvShape shape) { return {shape.height, shape.width, (shape.width + kTileSide - 1) / kTileSide}; }
  int tiles() const { return columns * ((height + kTileSide - 1) / kTileSide); }
};

/// The 6 x 6 patch of a tile, one vector of channels, transformed to its 36 points.
template <bool activate, bool half_size, bool border>
IC_INLINE void TransformPatch(const Grid& grid, const ConvInput& input, int tile, int channel, float* points,
                              std::size_t stride) {
  const int top = tile / grid.columns * kTileSide - 1;
  const int left = tile % grid.columns * kTileSide - 1;
  const int row_pixels = half_size ? grid.width / 2 : grid.width;
  Vector scale{}, shift{};
  if constexpr (activate) {
    scale = Simd::Load(input.activation.scale + channel);
    shift = Simd::Load(input.activation.shift + channel);
  }
  const auto load = [&](int y, int x) __attribute__((always_inline)) {
    if (border && (y < 0 || x < 0 || y >= grid.height || x >= grid.width)) return Simd::Broadcast(0);
    const std::size_t pixel = half_size ? static_cast<std::size_t>(y >> 1) * row_pixels + (x >> 1)
                                        : static_cast<std::size_t>(y) * row_pixels + x;
    const Vector value = Simd::Load(input.pixels + pixel * input.channels + channel);
    return activate ? Activate(value, scale, shift) : value;
  };
  Vector columns[kPoints];
  for (int x = 0; x < kPatchSide; ++x) {
    TransformInputLine(load(top, left + x), load(top + 1, left + x), load(top + 2, left + x), load(top + 3, left + x),
                       load(top + 4, left + x), load(top + 5, left + x), columns + x, kPatchSide);
  }
  for (int y = 0; y < kPatchSide; ++y) {
    const Vector* c = columns + y * kPatchSide;
    Vector line[kPatchSide];
    TransformInputLine(c[0], c[1], c[2], c[3], c[4], c[5], line, 1);
    for (int x = 0; x < kPatchSide; ++x) {
      Simd::Store(points + static_cast<std::size_t>(y * kPatchSide + x) * stride, line[x]);
    }
  }
}

template <bool activate, bool half_size>
static __attribute__((noinline)) void TransformStrip(const Grid& grid, const ConvInput& input, int first, int count,
                                                     float* points) {
  const std::size_t stride = PointStride(input.channels);
  const int rows = grid.tiles() / grid.columns;
  for (int i = 0; i < count; ++i) {
    const int row = (first + i) / grid.columns, column = (first + i) % grid.columns;
    const bool border = row == 0 || column == 0 || (row + 1) * kTileSide >= grid.height ||
                        (column + 1) * kTileSide >= grid.width || row + 1 == rows;
    for (int channel = 0; channel < input.channels; channel += kLanes) {
      float* const out = points + static_cast<std::size_t>(i) * input.channels + channel;
      if (border) {
        TransformPatch<activate, half_size, true>(grid, input, first + i, channel, out, stride);
      } else {
        TransformPatch<activate, half_size, false>(grid, input, first + i, channel, out, stride);
      }
    }
  }
}

static void TransformInput(const Grid& grid, const ConvInput& input, int first, int count, float* points) {
  const bool activate = input.activation.scale != nullptr;
  if (activate && input.half_size) return TransformStrip<true, true>(grid, input, first, count, points);
  if (activate) return TransformStrip<true, false>(grid, input, first, count, points);
  if (input.half_size) return TransformStrip<false, true>(grid, input, first, count, points);
  TransformStrip<false, false>(grid, input, first, count, points);
}

/// The residual, activation and store of one pixel's vector; returns what was stored.
template <bool residual, bool activate>
IC_INLINE Vector FinishPixel(const Grid& grid, const ConvOutput& output, int y, int x, int channel, Vector value,
                             Vector scale, Vector shift) {
  const std::size_t at = (static_cast<std::size_t>(y) * grid.width + x) * output.channels + channel;
  if constexpr (residual) {
    const std::size_t half =
        (static_cast<std::size_t>(y >> 1) * (grid.width / 2) + (x >> 1)) * output.channels + channel;
    value = Simd::Add(value, Simd::Load(output.residual + (output.residual_half_size ? half : at)));
  }
  if constexpr (activate) value = Activate(value, scale, shift);
  Simd::Store(output.pixels + at, value);
  return value;
}

/// The 36 sums of a tile, one vector of channels, become its 4 x 4 pixels.
template <bool residual, bool activate>
IC_INLINE void FinishTile(const Grid& grid, const ConvOutput& output, int tile, int channel, const float* sums) {
  constexpr std::size_t kStride = PointStride(kBlock);
  Vector columns[kTileSide * kPatchSide];
  for (int x = 0; x < kPatchSide; ++x) {
    const auto sum = [&](int y) __attribute__((always_inline)) {
      return Simd::Load(sums + static_cast<std::size_t>(y * kPatchSide + x) * kStride);
    };
    TransformOutputLine(sum(0), sum(1), sum(2), sum(3), sum(4), sum(5), columns + x, kPatchSide);
  }
  const int top = tile / grid.columns * kTileSide, left = tile % grid.columns * kTileSide;
  const int bottom = top + kTileSide < grid.height ? top + kTileSide : grid.height;
  const int right = left + kTileSide < grid.width ? left + kTileSide : grid.width;
  const Vector bias = Simd::Load(output.bias + channel);
  Vector scale{}, shift{};
  if constexpr (activate) {
    scale = Simd::Load(output.activation.scale + channel);
    shift = Simd::Load(output.activation.shift + channel);
  }
  Vector pixels[kTileSide * kTileSide];
  for (int y = 0; y < kTileSide; ++y) {
    const Vector* c = columns + y * kPatchSide;
    TransformOutputLine(c[0], c[1], c[2], c[3], c[4], c[5], pixels + y * kTileSide, 1);
  }
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      Vector& pixel = pixels[(y - top) * kTileSide + x - left];
      pixel = FinishPixel<residual, activate>(grid, output, y, x, channel, Simd::Add(pixel, bias), scale, shift);
    }
  }
  if (output.pooled == nullptr) return;
  for (int y = 0; y + 1 < bottom - top; y += 2) {
    for (int x = 0; x + 1 < right - left; x += 2) {
      const Vector* p = pixels + y * kTileSide + x;
      const std::size_t at = static_cast<std::size_t>((top + y) / 2) * (grid.width / 2) + (left + x) / 2;
      Simd::Store(output.pooled + at * output.channels + channel,
                  Simd::Max(Simd::Max(p[0], p[1]), Simd::Max(p[kTileSide], p[kTileSide + 1])));
    }
  }
}

template <bool residual, bool activate>
static __attribute__((noinline)) void FinishStrip(const Grid& grid, const ConvOutput& output, int first, int count,
                                                  int channel, const float* sums) {
  for (int i = 0; i < count; ++i) {
    for (int lane = 0; lane < kBlock; lane += kLanes) {
      FinishTile<residual, activate>(grid, output, first + i, channel + lane,
                                     sums + static_cast<std::size_t>(i) * kBlock + lane);
    }
  }
}

static void Finish(const Grid& grid, const ConvOutput& output, int first, int count, int channel, const float* sums) {
  const bool activate = output.activation.scale != nullptr;
  if (output.residual != nullptr && activate) return FinishStrip<true, true>(grid, output, first, count, channel, sums);
  if (output.residual != nullptr) return FinishStrip<true, false>(grid, output, first, count, channel, sums);
  if (activate) return FinishStrip<false, true>(grid, output, first, count, channel, sums);
  FinishStrip<false, false>(grid, output, first, count, channel, sums);
}

static void Conv3x3(ConvShape shape, const ConvInput& input, const float* weights, const ConvOutput& output,
                    float* scratch) {
  const Grid grid = Grid::Of(shape);
  const MultiplyFunction multiply = MultiplyFor(input.channels);
  const std::size_t point_floats = static_cast<std::size_t>(input.channels) * kBlock;
  float* const sums = scratch + kPoints * PointStride(kMaxChannels);
  const int end = (shape.end + kTileSide - 1) / kTileSide * grid.columns;
  for (int first = shape.begin / kTileSide * grid.columns; first < end; first += kStripTiles) {
    const int count = end - first < kStripTiles ? end - first : kStripTiles;
    TransformInput(grid, input, first, count, scratch);
    const float* block = weights;
    for (int channel = 0; channel < output.channels; channel += kBlock) {
      for (int point = 0; point < kPoints; ++point) {
        multiply({.rows = static_cast<std::size_t>(count),
                  .input = scratch + static_cast<std::size_t>(point) * PointStride(input.channels),
                  .weights = block,
                  .bias = nullptr,
                  .out = sums + static_cast<std::size_t>(point) * PointStride(kBlock),
                  .out_stride = kBlock,
                  .next_input = PointStride(input.channels)});
        block += point_floats;
      }
      Finish(grid, output, first, count, channel, sums);
    }
  }
}

static void Conv1x1(std::size_t pixels, const float* input, int in, const float* weights, const float* bias,
                    float* output, int out) {
  const MultiplyFunction multiply = MultiplyFor(in);
  constexpr std::size_t kPixels = 256;  // stay in the cache while all blocks of weights go by
  for (std::size_t first = 0; first < pixels; first += kPixels) {
    const std::size_t count = pixels - first < kPixels ? pixels - first : kPixels;
    for (int channel = 0; channel < out; channel += kBlock) {
      multiply({.rows = count,
                .input = input + first * in,
                .weights = weights + static_cast<std::size_t>(channel) * in,
                .bias = bias + channel,
                .out = output + first * out + channel,
                .out_stride = static_cast<std::size_t>(out),
                .next_input = 0});
    }
  }
}

constexpr int kFirstChannels = 32;

/// Four pixels of the first layer, one vector of channels.
IC_INLINE void FirstPixels(ConvShape shape, const FirstLayer& layer, int y, int x, int count, int channel) {
  const std::size_t padded_width = static_cast<std::size_t>(shape.width) + 2;
  const std::size_t padded_plane = padded_width * (static_cast<std::size_t>(shape.height) + 2);
  const std::size_t plane = static_cast<std::size_t>(shape.height) * shape.width;
  const Vector scale = Simd::Load(layer.activation.scale + channel);
  const Vector shift = Simd::Load(layer.activation.shift + channel);
  const Vector bias = Simd::Load(layer.conv_bias + channel);
  Vector sums[4] = {bias, bias, bias, bias};
  const float* weight = layer.conv + channel;
  for (int ky = 0; ky < 3; ++ky) {
    for (int kx = 0; kx < 3; ++kx) {
      for (int p = 0; p < 2; ++p, weight += kFirstChannels) {
        const Vector w = Simd::Load(weight);
        const float* const value = layer.activated + p * padded_plane + (y + ky) * padded_width + x + kx;
        for (int i = 0; i < 4; ++i) sums[i] = Simd::Fma(Simd::Broadcast(value[i < count ? i : 0]), w, sums[i]);
      }
    }
  }
  const Vector proj0 = Simd::Load(layer.proj + channel);
  const Vector proj1 = Simd::Load(layer.proj + kFirstChannels + channel);
  const Vector proj_bias = Simd::Load(layer.proj_bias + channel);
  for (int i = 0; i < count; ++i) {
    const std::size_t pixel = static_cast<std::size_t>(y) * shape.width + x + i;
    Simd::Store(layer.features + pixel * kFirstChannels + channel, Activate(sums[i], scale, shift));
    const Vector partial = Simd::Fma(Simd::Broadcast(layer.image[pixel]), proj0, proj_bias);
    Simd::Store(layer.projected + pixel * kFirstChannels + channel,
                Simd::Fma(Simd::Broadcast(layer.image[plane + pixel]), proj1, partial));
  }
}

static void First(ConvShape shape, const FirstLayer& layer) {
  for (int y = shape.begin; y < shape.end; ++y) {
    for (int x = 0; x < shape.width; x += 4) {
      const int count = shape.width - x < 4 ? shape.width - x : 4;
      for (int channel = 0; channel < kFirstChannels; channel += kLanes) {
        FirstPixels(shape, layer, y, x, count, channel);
      }
    }
  }
}

/// The sum over 32 channels, halves added to halves: the same tree, and so the same bits, whatever the vectors' width.
IC_INLINE float SumChannels(Vector* products) {
  for (int half = kFirstChannels / kLanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) products[i] = Simd::Add(products[i], products[i + half]);
  }
  float lanes[kLanes];
  Simd::Store(lanes, products[0]);
  for (int half = kLanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

static void Last(ConvShape shape, const LastLayer& layer) {
  constexpr int kVectors = kFirstChannels / kLanes;
  const std::size_t plane = static_cast<std::size_t>(shape.height) * shape.width;
  const std::size_t end = static_cast<std::size_t>(shape.end) * shape.width;
  for (std::size_t pixel = static_cast<std::size_t>(shape.begin) * shape.width; pixel < end; ++pixel) {
    Vector values[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      values[v] =
          Activate(Simd::Load(layer.pixels + pixel * kFirstChannels + v * kLanes),
                   Simd::Load(layer.activation.scale + v * kLanes), Simd::Load(layer.activation.shift + v * kLanes));
    }
    for (int p = 0; p < 3; ++p) {
      Vector products[kVectors];
      for (int v = 0; v < kVectors; ++v) {
        products[v] = Simd::Mul(values[v], Simd::Load(layer.weights + p * kFirstChannels + v * kLanes));
      }
      layer.planes[p * plane + pixel] = SumChannels(products) + layer.bias[p];
    }
  }
}

}  // namespace
}  // namespace intelliclinix::nn::cpnet
