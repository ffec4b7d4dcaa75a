#include "unet/watershed.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intelliclinix::unet {
namespace {

using testing::ElementsAre;

/// Probabilities in tenths, one digit a pixel.
image::Plane Drawn(const std::vector<std::string>& rows) {
  image::Plane plane(static_cast<int>(rows.size()), static_cast<int>(rows.front().size()));
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      const char digit = rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)];
      plane.row(y)[x] = static_cast<float>(digit - '0') / 10;
    }
  }
  return plane;
}

std::vector<std::string> Labels(const image::LabelImage& labels) {
  std::vector<std::string> rows;
  for (int y = 0; y < labels.height; ++y) {
    std::string row;
    for (int x = 0; x < labels.width; ++x) row += static_cast<char>('0' + labels.at(y, x));
    rows.push_back(row);
  }
  return rows;
}

const Probabilities& TwoThatTouch() {
  static const Probabilities seen{.interior = Drawn({"099431990", "099212990"}),
                                  .foreground = Drawn({"999999990", "099999999"})};
  return seen;
}

TEST(Watershed, ObjectsGrowUntilTheyMeetWhereTheInsideIsLeast) {
  EXPECT_THAT(Labels(FindObjects(TwoThatTouch(), {})), ElementsAre("111112220", "011112222"));
}

TEST(Watershed, WithoutItPiecesOfForegroundAreObjects) {
  EXPECT_THAT(Labels(FindObjects(TwoThatTouch(), {.watershed = false})), ElementsAre("111111110", "011111111"));
}

TEST(Watershed, ForegroundWithoutAnInsideIsNothing) {
  const Probabilities seen{.interior = Drawn({"00900000"}), .foreground = Drawn({"09990999"})};
  EXPECT_THAT(Labels(FindObjects(seen, {})), ElementsAre("01110000"));
}

TEST(Watershed, ThresholdsAreHeldTo) {
  const Probabilities seen{.interior = Drawn({"08000040"}), .foreground = Drawn({"08706880"})};
  EXPECT_THAT(Labels(FindObjects(seen, {})), ElementsAre("01100000"));
  EXPECT_THAT(Labels(FindObjects(seen, {.interior_threshold = 0.3, .foreground_threshold = 0.75})),
              ElementsAre("01000220"));
}

TEST(Watershed, CornersDoNotTouch) {
  const Probabilities seen{.interior = Drawn({"90", "09"}), .foreground = Drawn({"90", "09"})};
  EXPECT_THAT(Labels(FindObjects(seen, {})), ElementsAre("10", "02"));
}

}  // namespace
}  // namespace intelliclinix::unet
