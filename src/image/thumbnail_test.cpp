#include "image/thumbnail.h"

#include "image/made_files_test.h"

namespace intelliclinix::image::testing {
namespace {

Image ThumbnailOf(const Bytes& bytes, int side) {
  MemorySource file{std::span<const std::byte>(bytes)};
  const Result<Bytes> png = MakeThumbnail(file, side);
  EXPECT_TRUE(png) << png.error().message;
  return png ? DecodeGood(*png) : Image();
}

/// Grey, from 0 at the left to 65,535 at the right.
Bytes Ramp(int height, int width) {
  std::vector<std::uint16_t> samples;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) samples.push_back(static_cast<std::uint16_t>(65'535 * x / (width - 1)));
  }
  return MakeTiff({.height = height, .width = width, .bits = 16}, BytesOf(samples));
}

TEST(Thumbnail, FitsTheSideAndKeepsTheShape) {
  const struct {
    int height, width, side, small_height, small_width;
  } cases[] = {{520, 696, 256, 191, 256}, {300, 200, 128, 128, 85}, {3000, 40, 512, 512, 7}, {2000, 2, 32, 32, 1}};
  for (const auto& c : cases) {
    const Image small = ThumbnailOf(Ramp(c.height, c.width), c.side);
    EXPECT_EQ(small.height, c.small_height) << c.height;
    EXPECT_EQ(small.width, c.small_width) << c.width;
  }
}

TEST(Thumbnail, ASmallImageKeepsItsSize) {
  const Image small = ThumbnailOf(Ramp(20, 30), 256);
  EXPECT_EQ(small.height, 20);
  EXPECT_EQ(small.width, 30);
}

TEST(Thumbnail, IsStretchedAndSmooth) {
  const Image small = ThumbnailOf(Ramp(100, 1000), 100);
  const std::vector<double> samples = Samples(small);
  for (int x = 1; x < small.width; ++x) {
    EXPECT_GE(samples[static_cast<std::size_t>(x)], samples[static_cast<std::size_t>(x) - 1]);
    EXPECT_NEAR(samples[static_cast<std::size_t>(x)], 255.0 * x / small.width, 6) << x;
  }
}

TEST(Thumbnail, OfDamagedFilesThereIsNone) {
  const Bytes bytes = Ramp(100, 100);
  MemorySource cut{std::span<const std::byte>(bytes).first(bytes.size() / 2)};
  EXPECT_FALSE(MakeThumbnail(cut, 64));
}

}  // namespace
}  // namespace intelliclinix::image::testing
