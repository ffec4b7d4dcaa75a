#include "image/pyramid_levels.h"

#include <algorithm>
#include <type_traits>

namespace intelliclinix::image {
namespace {

constexpr double kLowFraction = 0.003;
constexpr double kHighFraction = 0.997;

template <typename T>
T* SamplesAt(const PyramidLayout& layout, const ScratchFile& file, const TileIndex& tile, int channel) {
  return reinterpret_cast<T*>(file.bytes().data() + layout.OffsetOf(tile, channel));
}

/// One sample for 2 x 2: of labels one of them, else the mean. At an odd edge the last row or column stands twice.
template <typename T>
T Reduce(T a, T b, T c, T d) {
  if constexpr (std::is_same_v<T, std::uint32_t>) return a;
  return static_cast<T>((std::uint32_t{a} + b + c + d + 2) / 4);
}

/// Writes the quarter of a tile of the next level that `tile` becomes. Tiles have even sides, but for those at the
/// edge, so that no 2 x 2 samples lie in two tiles.
template <typename T>
void ReduceTile(const PyramidLayout& layout, const ScratchFile& file, const TileIndex& tile, int channel) {
  const TileIndex small{tile.level + 1, tile.x / 2, tile.y / 2};
  const TileSize size = layout.SizeOf(tile);
  const std::ptrdiff_t small_width = layout.SizeOf(small).width;
  const T* const from = SamplesAt<T>(layout, file, tile, channel);
  T* const to = SamplesAt<T>(layout, file, small, channel) +
                (tile.y % 2) * (PyramidLayout::kTileSide / 2) * small_width +
                (tile.x % 2) * (PyramidLayout::kTileSide / 2);
  for (int y = 0; 2 * y < size.height; ++y) {
    const T* const upper = from + static_cast<std::ptrdiff_t>(2 * y) * size.width;
    const T* const lower = 2 * y + 1 < size.height ? upper + size.width : upper;
    T* const row = to + y * small_width;
    for (int x = 0; 2 * x < size.width; ++x) {
      const int right = std::min(2 * x + 1, size.width - 1);
      row[x] = Reduce(upper[2 * x], upper[right], lower[2 * x], lower[right]);
    }
  }
}

template <typename T>
void ReduceAll(const PyramidLayout& layout, ScratchFile& file) {
  for (int level = 0; level + 1 < layout.levels(); ++level) {
    const TileSize size = layout.SizeOfLevel(level);
    for (int channel = 0; channel < layout.shape().channels; ++channel) {
      for (int y = 0; y < TilesAlong(size.height); ++y) {
        for (int x = 0; x < TilesAlong(size.width); ++x) ReduceTile<T>(layout, file, {level, x, y}, channel);
      }
      file.Release();
    }
  }
}

/// How often each value occurs.
template <typename T>
std::vector<std::uint64_t> CountSamples(std::span<const std::byte> plane) {
  std::vector<std::uint64_t> counts(std::size_t{1} << (8 * sizeof(T)));
  const T* const samples = reinterpret_cast<const T*>(plane.data());
  for (std::size_t i = 0; i < plane.size() / sizeof(T); ++i) ++counts[samples[i]];
  return counts;
}

/// The first value below or at which more than `rank` samples are.
std::size_t ValueAt(std::span<const std::uint64_t> counts, double rank) {
  std::uint64_t seen = 0;
  for (std::size_t value = 0; value < counts.size(); ++value) {
    seen += counts[value];
    if (static_cast<double>(seen) > rank) return value;
  }
  return counts.size() - 1;
}

/// `counts` of samples as they are stored; `range` is what they stand for from the first to the last.
ChannelContrast ContrastOf(std::span<const std::uint64_t> counts, const SampleRange& range) {
  ChannelContrast contrast{.range = range};
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts) total += count;
  const double step = counts.size() > 1 ? (range.maximum - range.minimum) / static_cast<double>(counts.size() - 1) : 0;
  const auto at = [&](double fraction) {
    return range.minimum + step * static_cast<double>(ValueAt(counts, fraction * static_cast<double>(total - 1)));
  };
  contrast.low = at(kLowFraction);
  contrast.high = at(kHighFraction);
  if (contrast.low >= contrast.high) {
    contrast.low = range.minimum;
    contrast.high = range.maximum;
  }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    contrast.histogram[i * contrast.histogram.size() / counts.size()] += static_cast<std::uint32_t>(counts[i]);
  }
  return contrast;
}

/// From the smallest value that occurs to the largest.
ChannelContrast ContrastOfIntegers(std::span<const std::uint64_t> counts) {
  const auto occurs = [](std::uint64_t count) { return count > 0; };
  const auto first = static_cast<std::size_t>(std::ranges::find_if(counts, occurs) - counts.begin());
  std::size_t last = counts.size() - 1;
  while (last > first && counts[last] == 0) --last;
  return ContrastOf(counts.subspan(first, last - first + 1), {static_cast<double>(first), static_cast<double>(last)});
}

template <typename T>
std::vector<ChannelContrast> Contrasts(const PyramidLayout& layout, ScratchFile& file,
                                       std::span<const SampleRange> float_ranges) {
  std::vector<ChannelContrast> contrasts;
  const TileSize size = layout.SizeOfLevel(0);
  const std::size_t plane_bytes = static_cast<std::size_t>(size.height) * size.width * sizeof(T);
  for (std::size_t channel = 0; channel < static_cast<std::size_t>(layout.shape().channels); ++channel) {
    const std::vector<std::uint64_t> counts = CountSamples<T>(file.bytes().subspan(channel * plane_bytes, plane_bytes));
    contrasts.push_back(float_ranges.empty() ? ContrastOfIntegers(counts) : ContrastOf(counts, float_ranges[channel]));
    file.Release();
  }
  return contrasts;
}

}  // namespace

void MakeSmallerLevels(const PyramidLayout& layout, ScratchFile& file) {
  switch (layout.shape().sample) {
    case PyramidSample::kUint8:
      return ReduceAll<std::uint8_t>(layout, file);
    case PyramidSample::kUint16:
      return ReduceAll<std::uint16_t>(layout, file);
    case PyramidSample::kUint32:
      return ReduceAll<std::uint32_t>(layout, file);
  }
}

std::vector<ChannelContrast> ContrastsOf(const PyramidLayout& layout, ScratchFile& file,
                                         std::span<const SampleRange> float_ranges) {
  return layout.shape().sample == PyramidSample::kUint8 ? Contrasts<std::uint8_t>(layout, file, float_ranges)
                                                        : Contrasts<std::uint16_t>(layout, file, float_ranges);
}

}  // namespace intelliclinix::image
