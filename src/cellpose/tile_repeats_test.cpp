#include "cellpose/tile_repeats.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace intelliclinix::cellpose {
namespace {

constexpr Options kSmallTiles{.bsize = 64};

/// Noise that repeats from top to bottom as often as the tiles do, but for the first row of tiles and the last, which
/// see the padding.
Planes Stripes(const TileGrid& grid, int height, int width) {
  const auto step = static_cast<std::size_t>(grid.y.starts[1] - grid.y.starts[0]);
  std::mt19937 random(7);
  std::normal_distribution<float> noise(0, 1);
  Planes planes{.segment = image::Plane(height, width), .nucleus = {}};
  std::vector<float>& values = planes.segment.values;
  const std::size_t period = step * static_cast<std::size_t>(width);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i < period ? noise(random) : values[i - period];
  return planes;
}

class FindRepeatsTest : public testing::Test {
 protected:
  static constexpr int kHeight = 208, kWidth = 400;
  TileRepeats Find(std::size_t most_kept) {
    return FindRepeats(Stripes(grid_, kHeight, kWidth), grid_, false, most_kept, pool_);
  }

  const TileGrid grid_ = CutTiles(kHeight, kWidth, kSmallTiles);
  const std::size_t rows_ = grid_.y.starts.size();
  const std::size_t columns_ = grid_.x.starts.size();
  ComputePool pool_{2};
};

TEST_F(FindRepeatsTest, LinksEachTileToItsNextRepeat) {
  const TileRepeats repeats = Find(1000);
  ASSERT_GT(rows_, 4U);
  EXPECT_EQ(repeats.firsts.size(), 3 * columns_) << "the first row, the second, which the others repeat, and the last";
  const auto below = [&](std::size_t tile) { return static_cast<int>(tile + columns_); };
  for (std::size_t tile = columns_; tile < (rows_ - 2) * columns_; ++tile) EXPECT_EQ(repeats.next[tile], below(tile));
  EXPECT_EQ(repeats.next[0], kNoRepeat);
  EXPECT_EQ(repeats.next[(rows_ - 2) * columns_], kNoRepeat);
}

TEST_F(FindRepeatsTest, NoMoreThanSoManyAreKept) {
  const TileRepeats repeats = Find(2);
  const std::size_t repeating = rows_ - 2;
  EXPECT_EQ(repeats.firsts.size(), 2 * columns_ + 2 + (columns_ - 2) * repeating);
  EXPECT_TRUE(std::ranges::is_sorted(repeats.firsts));
  // Every tile is a first one or the repeat of one.
  std::vector<int> seen(rows_ * columns_);
  for (const int first : repeats.firsts) ++seen[static_cast<std::size_t>(first)];
  for (const int next : repeats.next) {
    if (next != kNoRepeat) ++seen[static_cast<std::size_t>(next)];
  }
  EXPECT_EQ(std::ranges::count(seen, 1), static_cast<std::ptrdiff_t>(seen.size()));
}

}  // namespace
}  // namespace intelliclinix::cellpose
