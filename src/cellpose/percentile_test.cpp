#include "cellpose/percentile.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "cellpose/reference/percentile_reference.h"

namespace intelliclinix::cellpose {
namespace {

std::array<float, 2> Of(const std::vector<float>& values, std::array<double, 2> percents) {
  return Percentiles({.first = values.data(), .rows = 1, .columns = values.size(), .row_stride = values.size()},
                     percents);
}

TEST(Percentiles, InterpolateBetweenOrderStatistics) {
  const auto [low, high] = Of({4, 1, 3, 2, 5}, {0, 100});
  EXPECT_EQ(low, 1);
  EXPECT_EQ(high, 5);
  const auto [quarter, most] = Of({10, 0}, {25, 90});
  EXPECT_EQ(quarter, 2.5F);
  EXPECT_EQ(most, 9);
}

TEST(Percentiles, OfOneValueAreThatValue) {
  const auto [low, high] = Of({-7}, {1, 99});
  EXPECT_EQ(low, -7);
  EXPECT_EQ(high, -7);
}

TEST(Percentiles, AreThoseOfSortedValues) {
  std::mt19937 random(1);
  for (const std::size_t count : {2U, 3U, 100U, 999U, 16'384U, 16'385U, 70'000U}) {
    std::normal_distribution<float> noise(0, 1000);
    std::vector<float> values(count);
    for (float& value : values) value = random() % 3 == 0 ? 0.0F : noise(random);
    for (const std::array<double, 2> percents : {std::array{1.0, 99.0}, {0.0, 50.0}, {33.3, 66.7}, {99.9, 100.0}}) {
      const std::array<float, 2> found = Of(values, percents);
      EXPECT_EQ(found[0], reference::Percentile(values, percents[0])) << count << " values, " << percents[0] << " %";
      EXPECT_EQ(found[1], reference::Percentile(values, percents[1])) << count << " values, " << percents[1] << " %";
    }
  }
}

TEST(Percentiles, SeeOnlyTheSamplesOfTheGrid) {
  std::vector<float> plane(8 * 10);
  std::vector<float> sampled;
  for (std::size_t y = 0; y < 8; ++y) {
    for (std::size_t x = 0; x < 10; ++x) {
      const bool seen = y % 3 == 0 && x % 4 == 0;
      plane[y * 10 + x] = seen ? static_cast<float>(y * x) : 1e6F;
      if (seen) sampled.push_back(plane[y * 10 + x]);
    }
  }
  const SampleGrid grid{.first = plane.data(), .rows = 3, .columns = 3, .row_stride = 30, .column_stride = 4};
  ASSERT_EQ(grid.size(), sampled.size());
  EXPECT_EQ(Percentiles(grid, {20, 80}), Of(sampled, {20, 80}));
}

}  // namespace
}  // namespace intelliclinix::cellpose
