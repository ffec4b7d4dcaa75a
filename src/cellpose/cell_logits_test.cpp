#include "cellpose/cell_logits.h"

#include <cmath>

#include <gtest/gtest.h>

namespace intelliclinix::cellpose {
namespace {

image::Plane Ramp(int height, int width) {
  image::Plane plane(height, width);
  for (std::size_t i = 0; i < plane.values.size(); ++i) plane.values[i] = 0.37F * static_cast<float>(i) - 6;
  return plane;
}

TEST(CellLogits, MeansAreThoseOfTheProbabilities) {
  const image::Plane logits = Ramp(4, 8);
  image::LabelImage labels(4, 8);
  double sums[3] = {};
  int counts[3] = {};
  for (std::size_t i = 0; i < labels.labels.size(); ++i) {
    const std::uint32_t label = labels.labels[i] = i % 5 == 0 ? 0 : i % 2 == 0 ? 1 : 3;
    if (label > 0) sums[label - 1] += 1 / (1 + std::exp(-static_cast<double>(logits.values[i]))), ++counts[label - 1];
  }
  const PerLabel means = MeanProbabilities(labels, RoundLogits(logits));
  ASSERT_EQ(means.size(), 3U);
  EXPECT_NEAR(means[0], sums[0] / counts[0], 1e-3);
  EXPECT_EQ(means[1], 0);
  EXPECT_NEAR(means[2], sums[2] / counts[2], 1e-3);
}

TEST(CellLogits, FarOnesAreHeld) {
  image::Plane logits(1, 2);
  logits.values = {-1e9F, 1e9F};
  image::LabelImage labels(1, 2);
  labels.labels = {1, 2};
  const PerLabel means = MeanProbabilities(labels, RoundLogits(logits));
  EXPECT_EQ(means[0], 0);
  EXPECT_EQ(means[1], 1);
}

TEST(CellLogits, OfAnotherSizeAreThoseNearest) {
  image::Plane logits(1, 2);
  logits.values = {-100, 100};
  image::LabelImage labels(3, 4);
  for (int y = 0; y < 3; ++y) labels.at(y, 1) = 1, labels.at(y, 2) = 2;
  const PerLabel means = MeanProbabilities(labels, RoundLogits(logits));
  EXPECT_EQ(means[0], 0);
  EXPECT_EQ(means[1], 1);
}

}  // namespace
}  // namespace intelliclinix::cellpose
