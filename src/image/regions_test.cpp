#include "image/regions.h"

#include <random>

#include <gtest/gtest.h>

#include "image/drawn_labels_test.h"

namespace intelliclinix::image::testing {
namespace {

TEST(RegionsTest, MeasuresByHand) {
  const LabelImage labels = Drawn({
      "..11.",
      "..1..",
      "3...3",
  });
  const std::vector<Region> regions = MeasureRegions(labels);
  ASSERT_EQ(3u, regions.size());
  EXPECT_EQ(3u, regions[0].area);
  EXPECT_EQ(0, regions[0].y0);
  EXPECT_EQ(2, regions[0].x0);
  EXPECT_EQ(2, regions[0].y1);
  EXPECT_EQ(4, regions[0].x1);
  EXPECT_DOUBLE_EQ(1.0 / 3, regions[0].centroid_y);
  EXPECT_DOUBLE_EQ(7.0 / 3, regions[0].centroid_x);
  EXPECT_EQ(2u, regions[1].label);
  EXPECT_EQ(0u, regions[1].area);
  EXPECT_EQ(5, regions[2].width());
  EXPECT_EQ(1, regions[2].height());
  EXPECT_DOUBLE_EQ(2, regions[2].centroid_x);
}

TEST(RegionsTest, EqualsAPixelByPixelCount) {
  std::mt19937 random(1);
  LabelImage labels(53, 47);
  for (std::uint32_t& label : labels.labels) label = random() % 6;
  const std::vector<Region> regions = MeasureRegions(labels);
  ASSERT_EQ(MaxLabel(labels), regions.size());
  for (const Region& region : regions) {
    std::uint64_t area = 0;
    double sum_y = 0;
    double sum_x = 0;
    for (int y = 0; y < labels.height; ++y) {
      for (int x = 0; x < labels.width; ++x) {
        if (labels.at(y, x) != region.label) continue;
        ++area;
        sum_y += y;
        sum_x += x;
        EXPECT_TRUE(y >= region.y0 && y < region.y1 && x >= region.x0 && x < region.x1);
      }
    }
    EXPECT_EQ(area, region.area);
    EXPECT_NEAR(sum_y / static_cast<double>(area), region.centroid_y, 1e-9);
    EXPECT_NEAR(sum_x / static_cast<double>(area), region.centroid_x, 1e-9);
  }
}

TEST(RegionsTest, AnImageWithoutObjectsHasNoRegions) {
  EXPECT_EQ(0u, MaxLabel(LabelImage(3, 4)));
  EXPECT_TRUE(MeasureRegions(LabelImage(3, 4)).empty());
  EXPECT_TRUE(MeasureRegions(LabelImage()).empty());
}

}  // namespace
}  // namespace intelliclinix::image::testing
