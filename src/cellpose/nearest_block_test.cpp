#include "cellpose/nearest_block.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "cellpose/reference/nearest_block_reference.h"

namespace intelliclinix::cellpose {
namespace {

BlockGrid RandomGrid(int height, int width, double share, unsigned seed) {
  std::mt19937 random(seed);
  std::bernoulli_distribution mark(share);
  BlockGrid grid{.height = height, .width = width, .marked = {}};
  grid.marked.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
  std::ranges::generate(grid.marked, [&] { return static_cast<std::uint8_t>(mark(random)); });
  grid.marked[random() % grid.marked.size()] = 1;
  return grid;
}

TEST(FindNearestMarked, IsThePlainSearch) {
  ComputePool pool(2);
  unsigned seed = 0;
  for (const auto& [height, width] : {std::pair{1, 1}, {1, 30}, {30, 1}, {23, 31}, {40, 17}}) {
    for (const double share : {0.0, 0.005, 0.05, 0.3, 1.0}) {
      for (int round = 0; round < 10; ++round) {
        const BlockGrid grid = RandomGrid(height, width, share, ++seed);
        const auto nearest = FindNearestMarked(grid, pool, {});
        ASSERT_TRUE(nearest.has_value());
        ASSERT_EQ(*nearest, reference::FindNearestMarked(grid)) << height << " x " << width << ", seed " << seed;
      }
    }
  }
}

TEST(FindNearestMarked, TakesTheFirstOfThoseEquallyFar) {
  ComputePool pool(1);
  const BlockGrid grid{.height = 3, .width = 3, .marked = {0, 1, 0, 1, 0, 1, 0, 1, 0}};
  const auto nearest = FindNearestMarked(grid, pool, {});
  ASSERT_TRUE(nearest.has_value());
  EXPECT_EQ(*nearest, (std::vector<std::size_t>{1, 1, 1, 3, 1, 5, 3, 7, 5}));
}

TEST(FindNearestMarked, StopsOnRequest) {
  ComputePool pool(1);
  std::stop_source stop;
  stop.request_stop();
  const auto nearest = FindNearestMarked(RandomGrid(20, 20, 0.1, 1), pool, stop.get_token());
  ASSERT_FALSE(nearest.has_value());
  EXPECT_EQ(nearest.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace intelliclinix::cellpose
