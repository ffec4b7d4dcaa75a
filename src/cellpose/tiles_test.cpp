#include "cellpose/tiles.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intelliclinix::cellpose {
namespace {

using testing::Each;
using testing::ElementsAre;

TEST(CutAxis, PadsToAMultipleOf16AndOneMore) {
  for (const auto& [length, before, padded] :
       {std::tuple{1, 15, 32}, {16, 8, 32}, {17, 15, 48}, {31, 8, 48}, {237, 9, 256}}) {
    const TileAxis axis = CutAxis(length, {});
    EXPECT_EQ(axis.before, before) << length;
    EXPECT_EQ(axis.padded, padded) << length;
    EXPECT_GE(axis.side, kLeastSide) << length;
  }
}

TEST(CutAxis, MakesOneShortTileOfAShortAxis) {
  const TileAxis axis = CutAxis(40, {});
  EXPECT_EQ(axis.side, 64);
  EXPECT_THAT(axis.starts, ElementsAre(0));
}

TEST(CutAxis, SpacesTilesEvenly) {
  EXPECT_THAT(CutAxis(237, {}).starts, ElementsAre(0, 32));
  EXPECT_THAT(CutAxis(500, {}).starts, ElementsAre(0, 152, 304));  // 528 padded
  EXPECT_THAT(CutAxis(474, {.tile_overlap = 0.25, .bsize = 160}).starts, ElementsAre(0, 84, 168, 252, 336));
}

TEST(CutAxis, OverlapsByHalfWhenItAugments) {
  const TileAxis axis = CutAxis(40, {.augment = true});
  EXPECT_EQ(axis.padded, 224);
  EXPECT_THAT(axis.starts, ElementsAre(0, 0));
  EXPECT_THAT(CutAxis(432, {.augment = true}).starts, ElementsAre(0, 74, 149, 224));
}

TEST(CutAxis, CoversEachPixel) {
  for (const bool augment : {false, true}) {
    for (int length = 1; length < 1200; length += 7) {
      const Options options{.augment = augment, .tile_overlap = 0};
      const TileAxis axis = CutAxis(length, options);
      int covered = 0;
      for (const int start : axis.starts) {
        ASSERT_LE(start, covered) << length;
        covered = std::max(covered, start + axis.side);
      }
      ASSERT_EQ(covered, axis.padded) << length;
      ASSERT_EQ(axis.side % 16, 0) << length;
    }
  }
}

TEST(BlendWeights, AreASymmetricSigmoid) {
  const std::vector<float> weights = BlendWeights(224, 224);
  for (std::size_t i = 0; i < 224; ++i) EXPECT_EQ(weights[i], weights[223 - i]);
  EXPECT_NEAR(weights[0], 1 / (1 + std::exp((111.5 - 92) / 7.5)), 1e-7);
  EXPECT_GT(weights[111], 0.999F);
}

TEST(BlendWeights, OfAShortTileAreTheMiddleOfAFullOne) {
  const std::vector<float> full = BlendWeights(224, 224);
  const std::vector<float> part = BlendWeights(64, 64);
  for (std::size_t i = 0; i < 64; ++i) EXPECT_EQ(part[i], full[80 + i]);
}

TEST(SumOfWeights, CountsEachTileOverAPixel) {
  const TileAxis axis = CutAxis(237, {});
  const std::vector<float> ones(224, 1.0F);
  const std::vector<float> sums = SumOfWeights(axis, ones);
  ASSERT_EQ(sums.size(), 237U);
  EXPECT_EQ(sums[0], 1);
  EXPECT_EQ(sums[100], 2);
  EXPECT_EQ(sums[236], 1);
}

}  // namespace
}  // namespace intelliclinix::cellpose
