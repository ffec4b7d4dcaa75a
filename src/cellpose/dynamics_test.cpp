#include "cellpose/dynamics.h"

#include <cmath>

#include <gtest/gtest.h>

#include "cellpose/random_masks_test.h"
#include "cellpose/reference/dynamics_reference.h"

namespace intelliclinix::cellpose {
namespace {

TEST(FollowFlows, GivesTheBitsOfTheReference) {
  ComputePool pool(3);
  unsigned seed = 0;
  for (const auto& [height, width] : {std::pair{1, 1}, {1, 40}, {33, 1}, {40, 57}, {130, 90}}) {
    for (const int steps : {0, 1, 2, 50, 301}) {
      for (const bool interpolate : {true, false}) {
        RandomField random = MakeRandomField(height, width, 0.7, ++seed);
        CellPixels expected = random.cells;
        const DynamicsOptions options{.steps = steps, .interpolate = interpolate};
        reference::FollowFlows(random.field, options, expected);
        ASSERT_TRUE(FollowFlows(random.field, options, random.cells, pool, {}).has_value());
        ASSERT_EQ(random.cells.positions, expected.positions)
            << height << " x " << width << ", " << steps << " steps, interpolate " << interpolate;
      }
    }
  }
}

TEST(FollowFlows, KeepsPositionsInsideTheImage) {
  RandomField random = MakeRandomField(20, 30, 1, 1);
  for (float& step : random.field.steps) step = step < 0 ? -1e30F : 1e30F;
  ComputePool pool(1);
  ASSERT_TRUE(FollowFlows(random.field, {}, random.cells, pool, {}).has_value());
  for (std::size_t i = 0; i < random.cells.positions.size(); i += 2) {
    const float y = random.cells.positions[i];
    const float x = random.cells.positions[i + 1];
    ASSERT_TRUE(y >= 0 && y <= 19 && x >= 0 && x <= 29) << y << ", " << x;
  }
}

TEST(FollowFlows, SurvivesFlowsThatAreNotNumbers) {
  RandomField random = MakeRandomField(20, 30, 1, 2);
  for (std::size_t i = 0; i < random.field.steps.size(); i += 3) random.field.steps[i] = NAN;
  ComputePool pool(1);
  for (const bool interpolate : {true, false}) {
    ASSERT_TRUE(FollowFlows(random.field, {.interpolate = interpolate}, random.cells, pool, {}).has_value());
    for (const float position : random.cells.positions) ASSERT_TRUE(position >= 0 && position <= 29) << position;
  }
}

TEST(FollowFlows, StopsOnRequest) {
  RandomField random = MakeRandomField(100, 100, 1, 3);
  ComputePool pool(1);
  std::stop_source stop;
  stop.request_stop();
  const Status status = FollowFlows(random.field, {}, random.cells, pool, stop.get_token());
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace intelliclinix::cellpose
