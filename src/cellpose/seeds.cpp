#include "cellpose/seeds.h"

#include <algorithm>
#include <tuple>

namespace intelliclinix::cellpose {
namespace {

constexpr std::uint32_t kSeedAbove = 10;  // pixels that must end in a seed
constexpr std::uint32_t kGrowAbove = 2;   // and in a pixel that its area grows over
constexpr int kMaximumRadius = 2;         // px
constexpr int kGrowthRounds = 5;
constexpr int kSide = 2 * Seed::kRadius + 1;
constexpr unsigned kWindow = (1U << kSide) - 1;

using Counts = std::vector<std::uint32_t>;

bool IsLocalMaximum(const Counts& counts, int height, int width, const Seed& seed) {
  for (int y = std::max(0, seed.y - kMaximumRadius); y <= std::min(height - 1, seed.y + kMaximumRadius); ++y) {
    const std::uint32_t* row = counts.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
    for (int x = std::max(0, seed.x - kMaximumRadius); x <= std::min(width - 1, seed.x + kMaximumRadius); ++x) {
      if (row[x] > seed.count) return false;
    }
  }
  return true;
}

/// The pixels of the seed's window that its area may grow over.
std::array<unsigned, kSide> Ground(const Counts& counts, int height, int width, const Seed& seed) {
  std::array<unsigned, kSide> ground{};
  for (int j = 0; j < kSide; ++j) {
    const int y = seed.y - Seed::kRadius + j;
    if (y < 0 || y >= height) continue;
    const std::uint32_t* row = counts.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
    for (int i = 0; i < kSide; ++i) {
      const int x = seed.x - Seed::kRadius + i;
      if (x >= 0 && x < width && row[x] > kGrowAbove) ground[static_cast<std::size_t>(j)] |= 1U << i;
    }
  }
  return ground;
}

/// Rounds of 3 x 3 dilation, each cut to the ground.
void Grow(const std::array<unsigned, kSide>& ground, Seed& seed) {
  std::array<unsigned, kSide + 2> area{};  // with an empty row before and after
  area[1 + Seed::kRadius] = 1U << Seed::kRadius;
  for (int round = 0; round < kGrowthRounds; ++round) {
    std::array<unsigned, kSide + 2> wide = area;
    for (unsigned& row : wide) row = (row | row << 1 | row >> 1) & kWindow;
    for (std::size_t j = 0; j < kSide; ++j) area[j + 1] = (wide[j] | wide[j + 1] | wide[j + 2]) & ground[j];
  }
  for (std::size_t j = 0; j < kSide; ++j) seed.rows[j] = static_cast<std::uint16_t>(area[j + 1]);
}

}  // namespace

Counts CountEnds(const CellPixels& cells, int height, int width) {
  Counts counts(static_cast<std::size_t>(height) * static_cast<std::size_t>(width), 0);
  for (std::size_t i = 0; i < cells.positions.size(); i += 2) {
    const auto y = static_cast<std::size_t>(static_cast<int>(cells.positions[i]));
    const auto x = static_cast<std::size_t>(static_cast<int>(cells.positions[i + 1]));
    ++counts[y * static_cast<std::size_t>(width) + x];
  }
  return counts;
}

std::vector<Seed> FindSeeds(const Counts& counts, int height, int width) {
  std::vector<Seed> seeds;
  for (int y = 0; y < height; ++y) {
    const std::uint32_t* row = counts.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
    for (int x = 0; x < width; ++x) {
      if (row[x] <= kSeedAbove) continue;
      const Seed seed{.y = y, .x = x, .count = row[x]};
      if (IsLocalMaximum(counts, height, width, seed)) seeds.push_back(seed);
    }
  }
  for (Seed& seed : seeds) Grow(Ground(counts, height, width, seed), seed);
  std::ranges::sort(seeds, {}, [](const Seed& seed) { return std::tuple(seed.count, seed.y, seed.x); });
  return seeds;
}

}  // namespace intelliclinix::cellpose
