#include "cellpose/plane_filter.h"

#include <random>
#include <tuple>

#include <gtest/gtest.h>

#include "cellpose/reference/plane_filter_reference.h"

namespace intelliclinix::cellpose {
namespace {

using Case = std::tuple<int, int, FilterRadii>;

class FilterPlaneCase : public testing::TestWithParam<Case> {};

TEST_P(FilterPlaneCase, IsTheWholeKernel) {
  const auto [height, width, radii] = GetParam();
  std::mt19937 random(5);
  std::normal_distribution<float> noise(10, 3);
  image::Plane plane(height, width);
  for (float& value : plane.values) value = noise(random);
  const image::Plane expected = reference::FilterPlane(plane, radii);
  ComputePool pool(2);
  ASSERT_TRUE(FilterPlane(plane, radii, pool, {}).has_value());
  for (std::size_t i = 0; i < plane.values.size(); ++i) {
    ASSERT_NEAR(plane.values[i], expected.values[i], 2e-5) << "pixel " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, FilterPlaneCase,
                         testing::Values(Case{33, 33, {.smooth = 2}}, Case{32, 20, {.smooth = 1.5}},
                                         Case{20, 47, {.smooth = 0, .sharpen = 3}}, Case{31, 18, {.sharpen = 40}},
                                         Case{24, 24, {.smooth = 1, .sharpen = 4}}, Case{1, 9, {.smooth = 1}},
                                         Case{9, 1, {.smooth = 1, .sharpen = 2}}, Case{50, 50, {.smooth = 0.1}}));

TEST(FilterPlane, StopsOnRequest) {
  ComputePool pool(1);
  std::stop_source stop;
  stop.request_stop();
  for (const FilterRadii& radii : {FilterRadii{.smooth = 2}, {.sharpen = 500}, {.smooth = 2, .sharpen = 500}}) {
    image::Plane plane(100, 100);
    const Status status = FilterPlane(plane, radii, pool, stop.get_token());
    ASSERT_FALSE(status.has_value());
    EXPECT_EQ(status.error().code, ErrorCode::kCancelled);
  }
}

}  // namespace
}  // namespace intelliclinix::cellpose
