#include "unet/segment.h"

#include <algorithm>
#include <array>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/image.h"

namespace intelliclinix::unet {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

/// Takes brightness for the probability of an inside, and all else for background.
class BrightnessNetwork final : public nn::Network {
 public:
  Status Forward(nn::TensorView input, std::span<const nn::MutableTensorView> outputs, nn::Crew) const override {
    seen_shape.assign(input.shape.begin(), input.shape.end());
    const std::size_t pixels = input.values.size() / static_cast<std::size_t>(input.shape[1]);
    for (std::size_t i = 0; i < pixels; ++i) {
      outputs[0].values[i] = 1 - input.values[i];
      outputs[0].values[pixels + i] = input.values[i];
      outputs[0].values[2 * pixels + i] = 0;
    }
    return {};
  }
  nn::NetworkDescription Describe() const override { return {}; }

  mutable std::vector<std::int64_t> seen_shape;
};

/// Bright on dark, but neither black nor white: a ring of 8 x 8 px with a hole of 2 x 2, a block of 5 x 4 px at the
/// border, and a speck of 3 px.
image::Image Cells() {
  constexpr int kHeight = 20;
  constexpr int kWidth = 24;
  image::Image image{.height = kHeight, .width = kWidth, .channels = 1, .samples = {}};
  image.samples.assign(kHeight * kWidth, std::byte{100});
  const auto fill = [&image](int top, int left, int height, int width, std::byte value) {
    for (int y = top; y < top + height; ++y) {
      for (int x = left; x < left + width; ++x) image.samples[static_cast<std::size_t>(y * kWidth + x)] = value;
    }
  };
  constexpr std::byte kBright{110};
  fill(4, 4, 8, 8, kBright);
  fill(7, 7, 2, 2, std::byte{100});
  fill(0, 18, 5, 4, kBright);
  fill(16, 16, 1, 3, kBright);
  return image;
}

class UnetSegmentTest : public testing::Test {
 protected:
  Segmentation Run(const image::Image& image, const Options& options) {
    return Segment({network_, reading_}, image, options, {.pool = pool_}).value();
  }

  const BrightnessNetwork network_;
  Reading reading_{.softmax = false};
  ComputePool pool_{1};
};

TEST_F(UnetSegmentTest, BrightnessIsScaledHolesAreFilledAndSpecksAreDropped) {
  const Segmentation found = Run(Cells(), {});
  EXPECT_THAT(network_.seen_shape, ElementsAre(1, 1, 32, 32)) << "padded to multiples of 16";
  EXPECT_EQ(found.objects, 2U);
  const std::uint32_t ring = found.labels.at(4, 4);
  EXPECT_GT(ring, 0U);
  EXPECT_EQ(found.labels.at(7, 7), ring) << "the hole";
  EXPECT_EQ(std::ranges::count(found.labels.labels, ring), 64);
  EXPECT_EQ(found.labels.at(16, 17), 0U) << "the speck";
  EXPECT_EQ(found.cell_probability.size(), 2U);
  EXPECT_THAT(found.warnings, testing::IsEmpty());
}

TEST_F(UnetSegmentTest, OptionsSayWhatStays) {
  EXPECT_EQ(Run(Cells(), {.min_size = -1}).objects, 3U);
  EXPECT_EQ(Run(Cells(), {.min_size = 21}).objects, 1U);
  EXPECT_EQ(Run(Cells(), {.exclude_on_edges = true}).objects, 1U);
}

TEST_F(UnetSegmentTest, DarkObjectsAreFoundWhereTheyAreAskedFor) {
  image::Image dark = Cells();
  for (std::byte& sample : dark.samples) sample = ~sample;
  EXPECT_EQ(Run(dark, {.invert = true}).labels.labels, Run(Cells(), {}).labels.labels);
}

TEST_F(UnetSegmentTest, WithoutScalingSamplesGoToTheNetworkAsTheyAre) {
  image::Image image = Cells();
  for (std::byte& sample : image.samples) sample = sample == std::byte{110} ? std::byte{1} : std::byte{0};
  reading_.scaled = false;
  EXPECT_EQ(Run(image, {}).objects, 2U);
}

TEST_F(UnetSegmentTest, AGreyImageIsEachColourOfAModelOfThree) {
  reading_.channels = 3;
  EXPECT_EQ(Run(Cells(), {}).objects, 2U);
  EXPECT_THAT(network_.seen_shape, ElementsAre(1, 3, 32, 32));
  image::Image two = Cells();
  two.channels = 2;
  two.width /= 2;
  const auto refused = Segment({network_, reading_}, two, {}, {.pool = pool_});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().field, "channel");
  EXPECT_THAT(refused.error().message, HasSubstr("takes 3 colours, and the image has 2"));
}

TEST_F(UnetSegmentTest, AnImageWithoutContrastHasNoCellsAndSaysWhy) {
  image::Image flat = Cells();
  std::ranges::fill(flat.samples, std::byte{7});
  const Segmentation found = Run(flat, {});
  EXPECT_EQ(found.objects, 0U);
  EXPECT_THAT(found.labels.labels, Each(0U));
  EXPECT_THAT(found.warnings, ElementsAre(HasSubstr("the same value"), HasSubstr("No cells were found")));
}

TEST_F(UnetSegmentTest, OptionsThatMakeNoSenseAreNamed) {
  for (const auto& [options, field] : {std::pair(Options{.channel = 2}, "channel"),
                                       std::pair(Options{.percentile = std::array<double, 2>{50, 50}}, "percentile"),
                                       std::pair(Options{.interior_threshold = 1.5}, "interior_threshold"),
                                       std::pair(Options{.foreground_threshold = -1}, "foreground_threshold"),
                                       std::pair(Options{.min_size = -2}, "min_size")}) {
    const auto refused = Segment({network_, reading_}, Cells(), options, {.pool = pool_});
    ASSERT_FALSE(refused.has_value()) << field;
    EXPECT_EQ(refused.error().field, field);
  }
}

}  // namespace
}  // namespace intelliclinix::unet
