#include "image/display.h"

#include <gtest/gtest.h>

#include "image/made_files_test.h"

namespace intelliclinix::image::testing {
namespace {

template <typename T>
Image Row(PixelType type, int channels, const std::vector<T>& samples) {
  return {.height = 1,
          .width = static_cast<int>(samples.size()) / channels,
          .channels = channels,
          .type = type,
          .samples = BytesOf(samples)};
}

TEST(DisplayTest, StretchesBetweenTheFirstAndTheLastPercentile) {
  std::vector<std::uint16_t> samples;
  for (int i = 0; i <= 100; ++i) samples.push_back(static_cast<std::uint16_t>(5000 + 10 * i));
  samples.front() = 0;  // outliers do not darken the rest
  samples.back() = 65'535;
  const std::vector<double> shown = Samples(StretchForDisplay(Row(PixelType::kUint16, 1, samples)));
  EXPECT_EQ(0, shown[0]);
  EXPECT_EQ(0, shown[1]);
  EXPECT_EQ(127, shown[50]);
  EXPECT_EQ(255, shown[99]);
  EXPECT_EQ(255, shown[100]);
}

TEST(DisplayTest, StretchesFewBrightPixelsOnConstantBackground) {
  std::vector<float> samples(1000, -0.5F);
  samples[500] = 2;
  const std::vector<double> shown = Samples(StretchForDisplay(Row(PixelType::kFloat32, 1, samples)));
  EXPECT_EQ(0, shown[0]);
  EXPECT_EQ(255, shown[500]);
  EXPECT_EQ(std::vector<double>(4, 0),
            Samples(StretchForDisplay(Row<std::uint8_t>(PixelType::kUint8, 1, {9, 9, 9, 9}))));
}

TEST(DisplayTest, ShowsChannelsAsColours) {
  const std::vector<std::uint8_t> two{0, 7, 100, 7, 0, 9, 100, 9};
  EXPECT_EQ((std::vector<double>{0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 0}),
            Samples(StretchForDisplay(Row(PixelType::kUint8, 2, two))));
  EXPECT_EQ(3, StretchForDisplay(Row(PixelType::kUint8, 5, std::vector<std::uint8_t>(10))).channels);
}

TEST(DisplayTest, ColoursOfEightBitImagesKeepTheirHues) {
  const std::vector<std::uint8_t> tissue{50, 100, 150, 50, 100, 150, 50, 100, 150};
  const std::vector<double> shown = Samples(StretchForDisplay(Row(PixelType::kUint8, 3, tissue)));
  EXPECT_EQ((std::vector<double>{0, 127, 255}), std::vector<double>(shown.begin(), shown.begin() + 3));
}

}  // namespace
}  // namespace intelliclinix::image::testing
