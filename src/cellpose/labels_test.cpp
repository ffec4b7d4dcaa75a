#include "cellpose/labels.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cellpose/fill_holes.h"
#include "cellpose/random_masks_test.h"
#include "cellpose/reference/dynamics_reference.h"
#include "cellpose/reference/labels_reference.h"
#include "cellpose/seeds.h"
#include "image/regions.h"

namespace intelliclinix::cellpose {
namespace {

using testing::ElementsAre;

image::LabelImage Make(int height, std::initializer_list<std::uint32_t> labels) {
  image::LabelImage image(height, static_cast<int>(labels.size()) / height);
  std::ranges::copy(labels, image.labels.begin());
  return image;
}

TEST(LabelByEnds, IsTheReferencesLabelling) {
  std::uint32_t objects = 0;
  unsigned seed = 0;
  for (const auto& [height, width] : {std::pair{1, 60}, {12, 12}, {40, 57}, {90, 130}}) {
    for (const int steps : {0, 3, 12, 100}) {
      RandomField random = MakeRandomField(height, width, 0.9, ++seed);
      reference::FollowFlows(random.field, {.steps = steps}, random.cells);
      const image::LabelImage found = LabelByEnds(random.cells, height, width, 1);
      ASSERT_EQ(found.labels, reference::LabelByEnds(random.cells, height, width).labels) << height << " x " << width;
      objects += image::MaxLabel(found);
    }
  }
  EXPECT_GT(objects, 100U);
}

TEST(LabelByEnds, DropsWhatFillsTooMuchOfTheImage) {
  RandomField random = MakeRandomField(10, 10, 1, 1);
  std::ranges::fill(random.cells.positions, 5.0F);
  EXPECT_EQ(image::MaxLabel(LabelByEnds(random.cells, 10, 10, 1)), 1U);
  EXPECT_EQ(image::MaxLabel(LabelByEnds(random.cells, 10, 10, 0.99)), 0U);
}

TEST(LabelByEnds, GivesNoLabelsWithoutCells) { EXPECT_THAT(LabelByEnds({}, 3, 4, 0.4).labels, testing::Each(0)); }

TEST(FindSeeds, OrdersByCountThenByPlace) {
  std::vector<std::uint32_t> counts(30 * 30, 0);
  counts[5 * 30 + 20] = 12;
  counts[5 * 30 + 5] = 12;
  counts[20 * 30 + 5] = 11;
  counts[20 * 30 + 20] = 10;  // no seed
  const std::vector<Seed> seeds = FindSeeds(counts, 30, 30);
  ASSERT_EQ(seeds.size(), 3U);
  EXPECT_EQ(seeds[0].y, 20);
  EXPECT_EQ(seeds[1].x, 5);
  EXPECT_EQ(seeds[2].x, 20);
}

TEST(FillHoles, IsTheReferencesFilling) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    image::LabelImage found = MakeRandomLabels(40, 50, 25, seed);
    image::LabelImage expected = found;
    FillHoles(found);
    reference::FillHoles(expected);
    ASSERT_EQ(found.labels, expected.labels) << "seed " << seed;
  }
}

TEST(FillHoles, KeepsWhatIsOpenThroughAnEdge) {
  image::LabelImage open = Make(3, {1, 1, 1,  //
                                    1, 0, 0,  //
                                    1, 1, 1});
  FillHoles(open);
  EXPECT_EQ(open.at(1, 1), 0U);
  image::LabelImage closed = Make(3, {1, 1, 1,  //
                                      1, 0, 1,  //
                                      0, 1, 0});
  FillHoles(closed);
  EXPECT_EQ(closed.at(1, 1), 1U);
  EXPECT_EQ(closed.at(2, 0), 0U);
}

TEST(FillHoles, SwallowsAMaskInsideAnother) {
  image::LabelImage labels = Make(3, {1, 1, 1,  //
                                      1, 2, 1,  //
                                      1, 1, 1});
  FillHoles(labels);
  EXPECT_THAT(labels.labels, testing::Each(1));
  PerLabel none;
  EXPECT_EQ(DropSmall(-1, labels, none), 1U);
}

TEST(DropSmall, RenumbersWhatIsLeft) {
  image::LabelImage labels = Make(1, {5, 5, 5, 2, 0, 9, 9});
  PerLabel values = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_EQ(DropSmall(2, labels, values), 2U);
  EXPECT_THAT(labels.labels, ElementsAre(1, 1, 1, 0, 0, 2, 2));
  EXPECT_THAT(values, ElementsAre(5, 9));
}

TEST(DropSmall, KeepsAllWithoutALimit) {
  image::LabelImage labels = Make(1, {4, 0, 2, 2});
  PerLabel none;
  EXPECT_EQ(DropSmall(-1, labels, none), 2U);
  EXPECT_THAT(labels.labels, ElementsAre(2, 0, 1, 1));
}

TEST(DropOnEdges, DropsWhatTouchesTheBorder) {
  image::LabelImage labels = Make(4, {0, 0, 0, 0, 0,  //
                                      1, 2, 0, 3, 0,  //
                                      0, 0, 0, 3, 4,  //
                                      0, 5, 0, 0, 0});
  PerLabel none;
  EXPECT_EQ(DropOnEdges(labels, none), 2U);
  EXPECT_EQ(labels.at(1, 1), 1U);
  EXPECT_EQ(labels.at(2, 3), 2U);
  EXPECT_EQ(labels.at(1, 0) + labels.at(2, 4) + labels.at(3, 1), 0U);
}

}  // namespace
}  // namespace intelliclinix::cellpose
