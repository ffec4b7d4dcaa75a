// CPnet's inner loops in bfloat16 over the unit of matrix_unit.h, included by the kernels_*.cpp of each. As for
// kernels_simd.h: plain pointers and no library templates.
#pragma once

#include "nn/cpnet/matrix_kernels.h"
#include "nn/cpnet/matrix_unit.h"

namespace intelliclinix::nn::cpnet {
namespace {

/// 32 channels of a pixel as float32.
struct Channels {
  __m512 low, high;
};

IC_INLINE Channels Load(const float* values) { return {_mm512_loadu_ps(values), _mm512_loadu_ps(values + 16)}; }

IC_INLINE __m512 Widen(__m256i values) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(values), 16));
}

IC_INLINE Channels Load(const Bfloat16* values) {
  const __m512i all = _mm512_load_si512(values);
  return {Widen(_mm512_castsi512_si256(all)), Widen(_mm512_extracti64x4_epi64(all, 1))};
}

IC_INLINE void Store(Bfloat16* out, Channels values) {
  _mm512_store_si512(out, (__m512i)_mm512_cvtne2ps_pbh(values.high, values.low));
}

IC_INLINE Channels Add(Channels a, Channels b) { return {_mm512_add_ps(a.low, b.low), _mm512_add_ps(a.high, b.high)}; }

IC_INLINE Channels Activate(Channels x, Channels scale, Channels shift) {
  const __m512 zero = _mm512_setzero_ps();
  return {_mm512_max_ps(_mm512_fmadd_ps(x.low, scale.low, shift.low), zero),
          _mm512_max_ps(_mm512_fmadd_ps(x.high, scale.high, shift.high), zero)};
}

IC_INLINE Channels LoadOrZero(const float* values) {
  return values != nullptr ? Load(values) : Channels{_mm512_setzero_ps(), _mm512_setzero_ps()};
}

enum class Residual { kNone, kFull, kHalf };

/// What is the same for all pixels of a group of channels.
struct Epilogue {
  Channels bias, scale, shift;
  const Bfloat16* residual;
  Bfloat16* raw;
  Bfloat16* activated;
  float* planes;
  std::size_t plane;  // elements
  PixelGrid grid;     // of the output
};

IC_INLINE Epilogue EpilogueOf(const MatrixProduct& product, const MatrixOutput& output, int group) {
  PixelGrid grid = product.grid;
  if (output.upsample) grid = {2 * grid.height, 2 * grid.width};
  const PixelGrid half = {grid.height / 2, grid.width / 2};
  const std::size_t offset = static_cast<std::size_t>(group) * kGroup * grid.pixels();
  const std::size_t half_offset = static_cast<std::size_t>(group) * kGroup * half.pixels();
  const int channel = group * kGroup;
  const Activation& activation = output.activation;
  return {.bias = Load(output.bias + channel),
          .scale = LoadOrZero(activation.scale != nullptr ? activation.scale + channel : nullptr),
          .shift = LoadOrZero(activation.shift != nullptr ? activation.shift + channel : nullptr),
          .residual = output.residual == nullptr ? nullptr
                                                 : output.residual + (output.residual_half_size ? half_offset : offset),
          .raw = output.raw == nullptr ? nullptr : output.raw + offset,
          .activated = output.activated == nullptr ? nullptr : output.activated + offset,
          .planes = output.planes,
          .plane = static_cast<std::size_t>(grid.height) * grid.width,
          .grid = grid};
}

/// Pixels of one row that follow each other in the sums; in the output they lie `step` apart.
struct Run {
  int y, x;  // in the output
  int step;  // px
  int count;
};

template <Residual residual, bool raw, bool activated>
IC_INLINE void FinishRun(const Epilogue& epilogue, const Run& run, const float (*sums)[kGroup]) {
  const std::size_t row = (static_cast<std::size_t>(run.y) + 1) * epilogue.grid.row() + 1;
  const std::size_t half_row = (static_cast<std::size_t>(run.y) / 2 + 1) * (epilogue.grid.width / 2 + 2) + 1;
  for (int i = 0; i < run.count; ++i) {
    const std::size_t x = static_cast<std::size_t>(run.x) + static_cast<std::size_t>(i) * run.step;
    const std::size_t at = (row + x) * kGroup;
    Channels value = Add(Load(sums[i]), epilogue.bias);
    if constexpr (residual == Residual::kFull) value = Add(value, Load(epilogue.residual + at));
    if constexpr (residual == Residual::kHalf) {
      value = Add(value, Load(epilogue.residual + (half_row + x / 2) * kGroup));
    }
    if constexpr (raw) Store(epilogue.raw + at, value);
    if constexpr (activated) Store(epilogue.activated + at, Activate(value, epilogue.scale, epilogue.shift));
    if constexpr (!raw && !activated) {
      float* const out = epilogue.planes + static_cast<std::size_t>(run.y) * epilogue.grid.width + x;
      const __m128 first = _mm512_castps512_ps128(value.low);
      out[0] = first[0];
      out[epilogue.plane] = first[1];
      out[2 * epilogue.plane] = first[2];
    }
  }
}

/// The pixel at which a block begins, in the product's grid. The borders between two rows, which lie between their
/// pixels, count as x = -2 and -1 of the second.
struct Position {
  int y, x;
};

/// The pixels of one block that are no border and belong to the rows.
template <Residual residual, bool raw, bool activated>
IC_INLINE void FinishBlock(const MatrixProduct& product, const MatrixOutput& output, const Epilogue& epilogue,
                           Position& position, const Sums& sums) {
  const int width = product.grid.width;
  for (int i = 0, count; i < kProductPixels && position.y < product.rows.end; i += count, position.x += count) {
    const int left = kProductPixels - i;
    if (position.x < 0) {
      count = -position.x < left ? -position.x : left;
      continue;
    }
    count = width - position.x < left ? width - position.x : left;
    const Run run = output.upsample ? Run{2 * position.y + output.odd_y, 2 * position.x + output.odd_x, 2, count}
                                    : Run{position.y, position.x, 1, count};
    FinishRun<residual, raw, activated>(epilogue, run, sums + i);
    if (position.x + count == width) {
      position.x = -2 - count;
      ++position.y;
    }
  }
}

/// Steps whose weights stay in the first cache, 24 KB, while all pixels go by.
constexpr int kMostSteps = 12;

template <Residual residual, bool raw, bool activated>
static __attribute__((noinline)) void MultiplyRows(const MatrixProduct& product, const MatrixOutput& output) {
  const std::size_t begin = (static_cast<std::size_t>(product.rows.begin) + 1) * product.grid.row() + 1;
  const std::size_t end = (static_cast<std::size_t>(product.rows.end) + 1) * product.grid.row() - 1;
  const int parts = (product.steps + kMostSteps - 1) / kMostSteps;
  const int most = (product.steps + parts - 1) / parts;
  const Bfloat16* weights = product.weights;
  for (int group = 0; group < product.out / kGroup; ++group) {
    const Epilogue epilogue = EpilogueOf(product, output, group);
    for (int first = 0; first < product.steps; first += most) {
      const int steps = product.steps - first < most ? product.steps - first : most;
      const bool last = first + steps == product.steps;
      Position position = {product.rows.begin, 0};
      Sums* block = product.scratch;
      for (std::size_t pixel = begin; pixel < end; pixel += kProductPixels) {
        MatrixUnit::Multiply(product.sources + first, steps, pixel, weights, *block, first > 0);
        if (last) FinishBlock<residual, raw, activated>(product, output, epilogue, position, *block);
        // Where all steps are done at once, two blocks take turns and stay in the first cache.
        block = parts > 1 ? block + 1 : product.scratch + (block == product.scratch);
      }
      weights += static_cast<std::size_t>(steps) * kStepWeights;
    }
  }
}

template <Residual residual>
static void MultiplyWith(const MatrixProduct& product, const MatrixOutput& output) {
  if (output.raw != nullptr && output.activated != nullptr) return MultiplyRows<residual, true, true>(product, output);
  if (output.raw != nullptr) return MultiplyRows<residual, true, false>(product, output);
  if (output.activated != nullptr) return MultiplyRows<residual, false, true>(product, output);
  MultiplyRows<residual, false, false>(product, output);
}

static void Multiply(const MatrixProduct& product, const MatrixOutput& output) {
  MatrixUnit::Begin();
  if (output.residual == nullptr) {
    MultiplyWith<Residual::kNone>(product, output);
  } else if (output.residual_half_size) {
    MultiplyWith<Residual::kHalf>(product, output);
  } else {
    MultiplyWith<Residual::kFull>(product, output);
  }
  MatrixUnit::End();
}

static void Pool(const MatrixPool& pool) {
  const PixelGrid half = {pool.grid.height / 2, pool.grid.width / 2};
  for (int group = 0; group < pool.channels / kGroup; ++group) {
    const Channels scale = Load(pool.activation.scale + group * kGroup);
    const Channels shift = Load(pool.activation.shift + group * kGroup);
    const Bfloat16* const in = pool.pixels + static_cast<std::size_t>(group) * kGroup * pool.grid.pixels();
    const std::size_t out = static_cast<std::size_t>(group) * kGroup * half.pixels();
    for (int y = pool.rows.begin / 2; y < pool.rows.end / 2; ++y) {
      const Bfloat16* top = in + ((static_cast<std::size_t>(2 * y) + 1) * pool.grid.row() + 1) * kGroup;
      const Bfloat16* bottom = top + pool.grid.row() * kGroup;
      std::size_t at = out + ((static_cast<std::size_t>(y) + 1) * half.row() + 1) * kGroup;
      for (int x = 0; x < half.width; ++x, top += 2 * kGroup, bottom += 2 * kGroup, at += kGroup) {
        const Channels a = Load(top), b = Load(top + kGroup), c = Load(bottom), d = Load(bottom + kGroup);
        const Channels largest = {_mm512_max_ps(_mm512_max_ps(a.low, b.low), _mm512_max_ps(c.low, d.low)),
                                  _mm512_max_ps(_mm512_max_ps(a.high, b.high), _mm512_max_ps(c.high, d.high))};
        Store(pool.raw + at, largest);
        Store(pool.activated + at, Activate(largest, scale, shift));
      }
    }
  }
}

/// Two planes' values of up to 16 pixels, as pairs.
IC_INLINE __m512i Pairs(const float* first, const float* second, __mmask16 wanted) {
  const auto low = (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(wanted, first));
  const auto high = (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(wanted, second));
  return _mm512_or_si512(_mm512_cvtepu16_epi32(low), _mm512_slli_epi32(_mm512_cvtepu16_epi32(high), 16));
}

static void Gather(const MatrixGather& gather) {
  const PixelGrid& grid = gather.grid;
  const std::size_t plane = static_cast<std::size_t>(grid.height) * grid.width;
  const std::size_t padded_plane = grid.row() * (static_cast<std::size_t>(grid.height) + 2);
  const __m512i pixel_of = _mm512_mullo_epi32(_mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
                                              _mm512_set1_epi32(kGroup / 2));
  for (int y = gather.rows.begin; y < gather.rows.end; ++y) {
    for (int x = 0; x < grid.width; x += 16) {
      const int count = grid.width - x < 16 ? grid.width - x : 16;
      const auto wanted = static_cast<__mmask16>((1U << count) - 1);
      Bfloat16* const out = gather.pixels + ((static_cast<std::size_t>(y) + 1) * grid.row() + x + 1) * kGroup;
      for (int tap = 0; tap < 9; ++tap) {
        const float* const in = gather.activated + static_cast<std::size_t>(y + tap / 3) * grid.row() + x + tap % 3;
        _mm512_mask_i32scatter_epi32(out + 2 * tap, wanted, pixel_of, Pairs(in, in + padded_plane, wanted), 4);
      }
      const float* const image = gather.image + static_cast<std::size_t>(y) * grid.width + x;
      _mm512_mask_i32scatter_epi32(out + 18, wanted, pixel_of, Pairs(image, image + plane, wanted), 4);
    }
  }
}

}  // namespace
}  // namespace intelliclinix::nn::cpnet
