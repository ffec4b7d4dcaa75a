#include "image/image_quality.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace intelliclinix::image {
namespace {

constexpr int kSide = 300;

/// Discs of radius 10 px whose edges are blurred by `blur`, on 30, 130 high.
Image Discs(double blur, double noise) {
  Image image{.height = kSide, .width = kSide, .channels = 1, .samples = {}};
  image.samples.resize(image.pixel_count());
  std::mt19937 random(3);
  std::normal_distribution<double> noises(0, noise);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const double distance = std::hypot(y % 50 - 25, x % 50 - 25);
      const double value = 30 + 130 * 0.5 * std::erfc((distance - 10) / (blur * std::sqrt(2))) + noises(random);
      image.samples[static_cast<std::size_t>(y) * kSide + x] = static_cast<std::byte>(std::lround(value));
    }
  }
  return image;
}

TEST(ImageQuality, KnowsHowWideEdgesAre) {
  for (const double blur : {2.0, 3.0, 5.0})
    EXPECT_NEAR(MeasureQuality(Discs(blur, 2), 1).edge_width, blur, 0.25 * blur);
}

TEST(ImageQuality, TellsNoiseFromStructure) {
  EXPECT_GT(MeasureQuality(Discs(1, 2), 0).structure, 20);
  Image noise = Discs(1, 0);
  std::mt19937 random(4);
  std::normal_distribution<double> noises(100, 5);
  for (std::byte& sample : noise.samples) sample = static_cast<std::byte>(std::lround(noises(random)));
  EXPECT_NEAR(MeasureQuality(noise, 0).structure, 1, 0.1);
}

TEST(ImageQuality, SeesAFewCellsInMuchNoise) {
  constexpr int kLarge = 1600;  // of which a part of the rows is measured
  Image noise{.height = kLarge, .width = kLarge, .channels = 1, .samples = {}};
  noise.samples.resize(noise.pixel_count());
  std::mt19937 random(4);
  std::normal_distribution<double> noises(100, 5);
  for (std::byte& sample : noise.samples) sample = static_cast<std::byte>(std::lround(noises(random)));
  EXPECT_EQ(CountStandingOut(noise, 1, MeasureQuality(noise, 1)), 0U);
  for (int y = 20; y < 36; ++y) {  // between two bands
    for (int x = 60; x < 76; ++x) noise.samples[static_cast<std::size_t>(y) * kLarge + x] = std::byte{125};
  }
  const ImageQuality quality = MeasureQuality(noise, 1);
  EXPECT_LT(quality.structure, 2);
  EXPECT_EQ(CountStandingOut(noise, 1, quality), 16U);
}

TEST(ImageQuality, CountsPixelsAtTheEnds) {
  Image image{.height = 8, .width = 8, .channels = 2, .type = PixelType::kUint16, .samples = {}};
  image.samples.resize(256);
  for (int i = 0; i < 16; ++i) image.As<std::uint16_t>()[2 * i + 1] = 65'535;
  const ImageQuality second = MeasureQuality(image, 2);
  EXPECT_EQ(second.largest, 65'535);
  EXPECT_EQ(second.at_largest, 0.25);
  EXPECT_EQ(second.at_zero, 0.75);
  EXPECT_EQ(MeasureQuality(image, 1).at_zero, 1);
}

TEST(ImageQuality, OfFewPixelsIsFinite) {
  for (const auto& [height, width] : {std::pair(1, 1), std::pair(2, 7), std::pair(5, 3)}) {
    Image image{.height = height, .width = width, .channels = 1, .type = PixelType::kFloat32, .samples = {}};
    image.samples.resize(image.pixel_count() * sizeof(float));
    image.As<float>()[0] = NAN;
    const ImageQuality quality = MeasureQuality(image, 0);
    EXPECT_EQ(quality.structure, 0);
    EXPECT_EQ(quality.edge_width, 0);
    EXPECT_EQ(quality.largest, 0);
  }
}

}  // namespace
}  // namespace intelliclinix::image
