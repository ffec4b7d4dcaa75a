#include "cellpose/quality.h"

#include <cmath>

#include <gtest/gtest.h>

#include "cellpose/heat.h"
#include "cellpose/random_masks_test.h"
#include "cellpose/reference/quality_reference.h"

namespace intelliclinix::cellpose {
namespace {

TEST(FlowError, IsTheReferences) {
  int compared = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    const image::LabelImage labels = MakeRandomLabels(45, 38, 12, seed);
    const FlowField field = MakeRandomField(45, 38, 1, seed).field;
    for (const image::Region& region : image::MeasureRegions(labels)) {
      if (region.area == 0) continue;
      const double expected = reference::FlowError(labels, region.label, field);
      ASSERT_NEAR(FlowError(labels, region, field, {}).value(), expected, 1e-9 * expected) << "seed " << seed;
      ++compared;
    }
  }
  EXPECT_GT(compared, 100);
}

/// A disc whose flows all lead to its centre.
struct Disc {
  image::LabelImage labels{40, 40};
  FlowField field{.height = 40, .width = 40, .steps = std::vector<float>(2 * 40 * 40)};

  explicit Disc(float sign) {
    for (int y = 0; y < 40; ++y) {
      for (int x = 0; x < 40; ++x) {
        const double distance = std::hypot(20 - y, 20 - x);
        if (distance > 10) continue;
        labels.at(y, x) = 1;
        if (distance == 0) continue;
        float* step = field.steps.data() + static_cast<std::ptrdiff_t>(2) * (y * 40 + x);
        step[0] = sign * static_cast<float>((20 - y) / distance);
        step[1] = sign * static_cast<float>((20 - x) / distance);
      }
    }
  }
};

TEST(DropBadFlows, KeepsAMaskThatItsFlowsAgreeWith) {
  ComputePool pool(2);
  Disc inwards(1);
  ASSERT_TRUE(DropBadFlows(inwards.field, 0.4, inwards.labels, pool, {}).has_value());
  EXPECT_EQ(image::MaxLabel(inwards.labels), 1U);
  Disc outwards(-1);
  ASSERT_TRUE(DropBadFlows(outwards.field, 0.4, outwards.labels, pool, {}).has_value());
  EXPECT_EQ(image::MaxLabel(outwards.labels), 0U);
}

TEST(DropBadFlows, DoesNotDependOnTheNumberOfThreads) {
  const FlowField field = MakeRandomField(120, 130, 1, 4).field;
  image::LabelImage one = MakeRandomLabels(120, 130, 200, 4);
  image::LabelImage many = one;
  ComputePool single(1);
  ComputePool four(4);
  ASSERT_TRUE(DropBadFlows(field, 3, one, single, {}).has_value());
  ASSERT_TRUE(DropBadFlows(field, 3, many, four, {}).has_value());
  EXPECT_EQ(one.labels, many.labels);
  EXPECT_GT(image::MaxLabel(one), 0U);
}

TEST(FlowError, StopsOnRequest) {
  std::stop_source stop;
  stop.request_stop();
  const Disc disc(1);
  const auto error = FlowError(disc.labels, image::MeasureRegions(disc.labels).front(), disc.field, stop.get_token());
  ASSERT_FALSE(error.has_value());
  EXPECT_EQ(error.error().code, ErrorCode::kCancelled);
}

TEST(Diffuse, TakesNoStepAfterAStop) {
  const image::RegionMask mask{.height = 3, .width = 3, .pixels = {0, 0, 0, 0, 1, 0, 0, 0, 0}};
  std::stop_source stop;
  std::vector<double> heat;
  Diffuse(mask, 4, 1, heat, stop.get_token());
  EXPECT_GT(heat[4], 0);
  stop.request_stop();
  Diffuse(mask, 4, 1, heat, stop.get_token());
  EXPECT_EQ(heat[4], 0);
}

TEST(DropBadFlows, StopsOnRequest) {
  ComputePool pool(1);
  std::stop_source stop;
  stop.request_stop();
  Disc disc(1);
  const auto status = DropBadFlows(disc.field, 0.4, disc.labels, pool, stop.get_token());
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace intelliclinix::cellpose
