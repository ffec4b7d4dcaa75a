#include "image/resize.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace intelliclinix::image::testing {
namespace {

Plane Noise(int height, int width) {
  Plane plane(height, width);
  std::mt19937 random(2);
  std::uniform_real_distribution<float> value(-3, 3);
  for (float& pixel : plane.values) pixel = value(random);
  return plane;
}

/// Where a target index lies in the source, and how far it is to the next pixel.
struct Tap {
  int first, second;
  double weight;  ///< of the second
};
Tap TapOf(int target, int target_size, int source_size) {
  const double at = (target + 0.5) * source_size / target_size - 0.5;
  const int first = static_cast<int>(std::floor(at));
  return {std::clamp(first, 0, source_size - 1), std::clamp(first + 1, 0, source_size - 1), at - first};
}

TEST(ResizeTest, BilinearEqualsItsDefinition) {
  const Plane source = Noise(23, 31);
  for (const auto& [height, width] : {std::pair(40, 57), std::pair(10, 9), std::pair(23, 62), std::pair(1, 1)}) {
    const Plane target = ResizeBilinear(source, height, width);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const Tap ty = TapOf(y, height, source.height);
        const Tap tx = TapOf(x, width, source.width);
        const auto row = [&](int at) {
          return source.row(at)[tx.first] * (1 - tx.weight) + source.row(at)[tx.second] * tx.weight;
        };
        EXPECT_NEAR(row(ty.first) * (1 - ty.weight) + row(ty.second) * ty.weight, target.row(y)[x], 1e-5);
      }
    }
  }
}

TEST(ResizeTest, TheSameSizeIsTheSameImage) {
  const Plane source = Noise(17, 19);
  EXPECT_EQ(source.values, ResizeBilinear(source, 17, 19).values);
  std::vector<float> into(17 * 19);
  ResizeBilinearInto(source, 17, 19, into.data());
  EXPECT_EQ(source.values, into);
}

TEST(ResizeTest, NearestTakesTheFloorAndKeepsEveryBit) {
  LabelImage source(11, 13);
  std::mt19937 random(3);
  for (std::uint32_t& label : source.labels) label = static_cast<std::uint32_t>(random());
  for (const auto& [height, width] : {std::pair(29, 40), std::pair(5, 6), std::pair(11, 13), std::pair(1, 100)}) {
    const LabelImage target = ResizeNearest(source, height, width);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        EXPECT_EQ(source.at(y * 11 / height, x * 13 / width), target.at(y, x));
      }
    }
  }
}

}  // namespace
}  // namespace intelliclinix::image::testing
