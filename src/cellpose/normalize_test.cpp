#include "cellpose/normalize.h"

#include <algorithm>
#include <array>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cellpose/block_normalize.h"
#include "cellpose/reference/percentile_reference.h"

namespace intelliclinix::cellpose {
namespace {

using testing::Each;

Planes NoisyPlane(int height, int width) {
  std::mt19937 random(3);
  std::normal_distribution<float> noise(100, 20);
  Planes planes{.segment = image::Plane(height, width), .nucleus = {}};
  for (float& value : planes.segment.values) value = noise(random);
  return planes;
}

class Normalize : public testing::Test {
 protected:
  Planes Normalized(Planes planes, const NormalizeOptions& options = {}) {
    EXPECT_TRUE(NormalizePlanes(planes, options, pool_, {}).has_value());
    return planes;
  }

  ComputePool pool_{2};
};

TEST_F(Normalize, StretchesPercentilesToZeroAndOneWithoutClipping) {
  const Planes source = NoisyPlane(50, 60);
  const Planes planes = Normalized(source);
  EXPECT_NEAR(reference::Percentile(planes.segment.values, 1), 0, 1e-5);
  EXPECT_NEAR(reference::Percentile(planes.segment.values, 99), 1, 1e-5);
  EXPECT_LT(std::ranges::min(planes.segment.values), 0);
  EXPECT_GT(std::ranges::max(planes.segment.values), 1);
}

TEST_F(Normalize, LeavesAPlaneOfOneValueAsItIs) {
  Planes planes = NoisyPlane(4, 4);
  std::ranges::fill(planes.segment.values, 7.0F);
  planes.nucleus = image::Plane(4, 4);
  planes = Normalized(planes, {.invert = true});
  EXPECT_THAT(planes.segment.values, Each(7));
  EXPECT_THAT(planes.nucleus.values, Each(0));
}

TEST_F(Normalize, TurnsAPlaneWithoutContrastToZero) {
  Planes planes = NoisyPlane(40, 40);
  std::ranges::fill(planes.segment.values, 7.0F);
  planes.segment.values[5] = 9;
  EXPECT_THAT(Normalized(planes).segment.values, Each(0));
}

TEST_F(Normalize, InvertsAfterwards) {
  const Planes plain = Normalized(NoisyPlane(20, 20));
  const Planes inverted = Normalized(NoisyPlane(20, 20), {.invert = true});
  for (std::size_t i = 0; i < plain.segment.values.size(); ++i) {
    EXPECT_EQ(inverted.segment.values[i], 1 - plain.segment.values[i]);
  }
}

TEST_F(Normalize, TakesFixedLevelsForEachPlane) {
  Planes planes{.segment = image::Plane(1, 2), .nucleus = image::Plane(1, 2)};
  planes.segment.values = {10, 30};
  planes.nucleus.values = {10, 30};
  planes = Normalized(planes, {.lowhigh = std::array<std::array<double, 2>, 2>{{{10, 20}, {0, 40}}}});
  EXPECT_THAT(planes.segment.values, testing::ElementsAre(0, 2));
  EXPECT_THAT(planes.nucleus.values, testing::ElementsAre(0.25, 0.75));
}

TEST_F(Normalize, FixedLevelsScalePlanesOfOneValueToo) {
  Planes planes{.segment = image::Plane(1, 2), .nucleus = {}};
  planes.segment.values = {100, 100};
  const NormalizeOptions pair{.lowhigh = std::array<std::array<double, 2>, 2>{{{50, 150}, {50, 150}}}};
  const Planes scaled = Normalized(planes, pair);
  EXPECT_THAT(scaled.segment.values, Each(0.5));
  EXPECT_THAT(scaled.nucleus.values, testing::IsEmpty());
}

TEST_F(Normalize, DoesNothingWhenSwitchedOff) {
  const Planes source = NoisyPlane(20, 20);
  EXPECT_EQ(Normalized(source, {.enabled = false, .invert = true}).segment.values, source.segment.values);
}

TEST_F(Normalize, SamplesAHugePlaneAtEvenSteps) {
  // 448 * 30000 px is more than 224^3; every second row and every 133rd column counts.
  Planes planes{.segment = image::Plane(448, 30'000), .nucleus = {}};
  for (int y = 0; y < 448; ++y) {
    for (int x = 0; x < 30'000; ++x) {
      planes.segment.row(y)[x] = y % 2 == 0 && x % 133 == 0 ? static_cast<float>(x / 133) : 1e6F;
    }
  }
  planes = Normalized(planes, {.percentile = {0, 100}});
  EXPECT_EQ(planes.segment.row(0)[0], 0);
  EXPECT_EQ(planes.segment.row(446)[225 * 133], 1);
}

TEST_F(Normalize, EvensOutUnevenLightByBlocks) {
  Planes planes = NoisyPlane(128, 128);
  for (int y = 0; y < 128; ++y) {
    for (int x = 0; x < 128; ++x) planes.segment.row(y)[x] *= static_cast<float>(1 + y / 16);
  }
  // How bright the top is against the bottom, which has eight times its light.
  const auto evenness = [](const image::Plane& plane) {
    const std::vector<float> top(plane.values.begin(), plane.values.begin() + 16 * 128);
    const std::vector<float> bottom(plane.values.end() - 16 * 128, plane.values.end());
    return reference::Percentile(top, 99) / reference::Percentile(bottom, 99);
  };
  EXPECT_LT(evenness(Normalized(planes).segment), 0.1);
  EXPECT_GT(evenness(Normalized(planes, {.tile_norm_blocksize = 16}).segment), 0.3);
}

TEST_F(Normalize, GivesBlocksWithoutContrastTheLevelsOfTheirNeighbours) {
  Planes planes = NoisyPlane(64, 64);
  for (int y = 0; y < 64; ++y) std::ranges::fill_n(planes.segment.row(y), 32, 100.0F);
  planes = Normalized(planes, {.tile_norm_blocksize = 16});
  for (const float value : planes.segment.values) EXPECT_TRUE(value > -2 && value < 3) << value;
}

TEST_F(Normalize, TakesBlocksLargerThanTheImage) {
  const Planes whole = Normalized(NoisyPlane(20, 30));
  const Planes block = Normalized(NoisyPlane(20, 30), {.tile_norm_blocksize = 100});
  for (std::size_t i = 0; i < whole.segment.values.size(); ++i) {
    EXPECT_NEAR(block.segment.values[i], whole.segment.values[i], 1e-5);
  }
}

TEST_F(Normalize, StopsOnRequest) {
  std::stop_source stop;
  stop.request_stop();
  Planes planes = NoisyPlane(40, 40);
  for (const NormalizeOptions& options :
       {NormalizeOptions{}, {.tile_norm_blocksize = 16}, {.sharpen_radius = 3}, {.smooth_radius = 2}}) {
    const Status status = NormalizePlanes(planes, options, pool_, stop.get_token());
    ASSERT_FALSE(status.has_value());
    EXPECT_EQ(status.error().code, ErrorCode::kCancelled);
  }
}

TEST_F(Normalize, StopsWhileItMeasuresBlocks) {
  std::stop_source stop;
  stop.request_stop();
  Planes planes = NoisyPlane(64, 64);
  const Status status = NormalizeByBlocks(planes.segment, 16, {1, 99}, pool_, stop.get_token());
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace intelliclinix::cellpose
