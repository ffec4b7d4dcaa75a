#include "image/matching.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace intelliclinix::image {
namespace {

/// Objects as runs of pixels of one row.
LabelImage Row(std::initializer_list<std::uint32_t> labels) {
  LabelImage row(1, static_cast<int>(labels.size()));
  std::ranges::copy(labels, row.labels.begin());
  return row;
}

TEST(Match, PairsObjectsWhateverTheirLabels) {
  const Matching matching = Match(Row({1, 1, 0, 2, 2}), Row({7, 7, 0, 3, 3}), 0.9);
  EXPECT_EQ(matching.expected, 2U);
  EXPECT_EQ(matching.found, 2U);
  EXPECT_EQ(matching.matched, 2U);
  EXPECT_EQ(matching.average_precision(), 1);
}

TEST(Match, CountsOnlyPairsAboveTheThreshold) {
  const auto expected = Row({1, 1, 1, 1, 0, 2});
  const auto found = Row({0, 1, 1, 1, 0, 0});  // 3 of 4 pixels
  EXPECT_EQ(Match(expected, found, 0.75).matched, 1U);
  EXPECT_EQ(Match(expected, found, 0.76).matched, 0U);
  EXPECT_DOUBLE_EQ(Match(expected, found, 0.75).average_precision(), 0.5);
  EXPECT_DOUBLE_EQ(Match(expected, found, 0.75).recall(), 0.5);
  EXPECT_DOUBLE_EQ(Match(expected, found, 0.75).f1(), 2.0 / 3);
}

TEST(Match, GivesAnObjectOnePartnerAtMost) { EXPECT_EQ(Match(Row({1, 1, 1, 1}), Row({1, 1, 2, 2}), 0.5).matched, 1U); }

TEST(Match, CountsNothingAgainstNothingAsEqual) {
  EXPECT_EQ(Match(Row({0, 0}), Row({0, 0}), 0.5).average_precision(), 1);
  EXPECT_EQ(Match(Row({0, 0}), Row({1, 0}), 0.5).average_precision(), 0);
  EXPECT_EQ(Match(Row({0, 0}), Row({0, 0}), 0.5).f1(), 1);
  EXPECT_EQ(Match(Row({0, 0}), Row({1, 0}), 0.5).f1(), 0);
}

}  // namespace
}  // namespace intelliclinix::image
