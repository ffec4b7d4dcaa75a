#include "unet/tiles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intelliclinix::unet {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::FloatEq;
using testing::Gt;

TEST(UnetTiles, AnImageThatFitsIsOneTile) {
  const TileAxis small = CutAxis(250, {});
  EXPECT_EQ(small.padded, 256);
  EXPECT_EQ(small.side, 256);
  EXPECT_THAT(small.starts, ElementsAre(0));
  EXPECT_THAT(CutAxis(1024, {}).starts, ElementsAre(0));
}

TEST(UnetTiles, ALargerOneIsCoveredWithTheOverlap) {
  const Reading reading{.tile = 64, .overlap = 16};
  for (const int length : {65, 112, 113, 500, 1000}) {
    const TileAxis axis = CutAxis(length, reading);
    EXPECT_EQ(axis.starts.front(), 0);
    EXPECT_EQ(axis.starts.back() + axis.side, axis.padded) << length;
    for (std::size_t i = 1; i < axis.starts.size(); ++i) {
      EXPECT_GE(axis.starts[i - 1] + axis.side - axis.starts[i], reading.overlap) << length;
    }
  }
}

TEST(UnetTiles, ANetworkOfOneSizeGetsItsSize) {
  const TileAxis axis = CutAxis(100, {.tile = 256, .fixed_tile = true});
  EXPECT_EQ(axis.padded, 256);
  EXPECT_EQ(axis.side, 256);
}

TEST(UnetTiles, WeightsRiseLinearlyFromBothEdges) {
  EXPECT_THAT(BlendWeights(6, 2), ElementsAre(0.5F, 1.0F, 1.0F, 1.0F, 1.0F, 0.5F));
  EXPECT_THAT(BlendWeights(4, 0), Each(FloatEq(1)));
  const TileAxis axis = CutAxis(200, {.tile = 64, .overlap = 16});
  EXPECT_THAT(SumOfWeights(axis, BlendWeights(axis.side, 16)), Each(Gt(0.0F)));
}

}  // namespace
}  // namespace intelliclinix::unet
