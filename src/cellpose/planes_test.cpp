#include "cellpose/planes.h"

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intelliclinix::cellpose {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

template <typename Sample>
image::Image Make(int height, int width, int channels, image::PixelType type, std::vector<Sample> samples) {
  image::Image image{.height = height, .width = width, .channels = channels, .type = type, .samples = {}};
  image.samples.resize(samples.size() * sizeof(Sample));
  std::memcpy(image.samples.data(), samples.data(), image.samples.size());
  return image;
}

TEST(TakePlanes, TakesAGreyImageAsItIs) {
  const auto image = Make<std::uint16_t>(2, 2, 1, image::PixelType::kUint16, {0, 1, 300, 65535});
  for (const std::array<int, 2> channels : {std::array{0, 0}, std::array{1, 0}}) {
    const Planes planes = TakePlanes(image, channels);
    EXPECT_THAT(planes.segment.values, ElementsAre(0, 1, 300, 65535));
    EXPECT_THAT(planes.nucleus.values, IsEmpty());
  }
}

TEST(TakePlanes, AveragesColoursForChannelZero) {
  const auto image = Make<std::uint8_t>(1, 2, 3, image::PixelType::kUint8, {0, 100, 200, 255, 255, 254});
  const Planes planes = TakePlanes(image, {0, 2});
  EXPECT_THAT(planes.segment.values, ElementsAre(100, 764.0F / 3));
  EXPECT_THAT(planes.nucleus.values, IsEmpty());
}

TEST(TakePlanes, TakesTheChannelsThatAreAskedFor) {
  const auto image = Make<float>(1, 2, 3, image::PixelType::kFloat32, {1, 2, 3, -4, 5.5F, 6});
  const Planes both = TakePlanes(image, {2, 3});
  EXPECT_THAT(both.segment.values, ElementsAre(2, 5.5F));
  EXPECT_THAT(both.nucleus.values, ElementsAre(3, 6));
  EXPECT_THAT(TakePlanes(image, {1, 0}).nucleus.values, IsEmpty());
}

}  // namespace
}  // namespace intelliclinix::cellpose
