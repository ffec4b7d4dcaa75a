#include "image/contours.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "image/drawn_labels_test.h"

namespace intelliclinix::image::testing {
namespace {

bool IsOutline(const LabelImage& labels, int y, int x) {
  const std::uint32_t label = labels.at(y, x);
  const auto at = [&](int ny, int nx) {
    return ny < 0 || nx < 0 || ny >= labels.height || nx >= labels.width ? 0 : labels.at(ny, nx);
  };
  return label != 0 &&
         (at(y - 1, x) != label || at(y + 1, x) != label || at(y, x - 1) != label || at(y, x + 1) != label);
}

TEST(ContoursTest, OutlinesEqualTheirDefinition) {
  std::mt19937 random(1);
  for (const auto& [height, width] : {std::pair(40, 31), std::pair(1, 9), std::pair(9, 1), std::pair(1, 1)}) {
    LabelImage labels(height, width);
    // Blocks of 4 x 4, so that there are pixels inside.
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) labels.at(y, x) = (y / 4 * 7 + x / 4 * 5) % 4;
    }
    for (int i = 0; i < 20; ++i) labels.labels[random() % labels.labels.size()] = random() % 4;
    const std::vector<std::uint8_t> outline = OutlinePixels(labels);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        EXPECT_EQ(IsOutline(labels, y, x), outline[static_cast<std::size_t>(y) * width + x] == 1) << y << " " << x;
      }
    }
  }
}

/// Of each label; empty for one without pixels.
std::vector<Contour> ContoursOf(const LabelImage& labels) {
  std::vector<Contour> contours;
  for (const Region& region : MeasureRegions(labels)) {
    contours.push_back(region.area > 0 ? TraceContour(CutMask(labels, region), region) : Contour());
  }
  return contours;
}

TEST(ContoursTest, GoesAroundEachRegion) {
  const LabelImage labels = Drawn({
      ".......",
      ".111.2.",
      ".111...",
      ".111.44",
      ".....44",
  });
  const std::vector<Contour> contours = ContoursOf(labels);
  ASSERT_EQ(4u, contours.size());
  EXPECT_EQ(8u, contours[0].size());  // all but the centre
  EXPECT_EQ((Contour{{1, 5}}), contours[1]);
  EXPECT_TRUE(contours[2].empty());
  EXPECT_EQ(4u, contours[3].size());
  for (std::size_t i = 0; i < contours[0].size(); ++i) {
    const Point& point = contours[0][i];
    const Point& next = contours[0][(i + 1) % contours[0].size()];
    EXPECT_EQ(1, std::max(std::abs(point.y - next.y), std::abs(point.x - next.x)));
    EXPECT_TRUE(IsOutline(labels, point.y, point.x));
  }
}

TEST(ContoursTest, TakesTheLongestPieceAndLeavesHolesOut) {
  const LabelImage labels = Drawn({
      "1.11111",
      "..1...1",
      "..1...1",
      "..11111",
  });
  const std::vector<Contour> contours = ContoursOf(labels);
  EXPECT_EQ(14u, contours[0].size());
  EXPECT_EQ(contours[0].end(), std::ranges::find(contours[0], Point{0, 0}));
}

}  // namespace
}  // namespace intelliclinix::image::testing
