#include "image/crop.h"

#include <random>

#include "image/made_files_test.h"

namespace intelliclinix::image::testing {
namespace {

/// Expects a region to be what it is in the whole image.
void ExpectRegion(const Bytes& bytes, const Rectangle& region, PlaneRequest request = {}) {
  const Image whole = DecodeGood(bytes, {}, request);
  request.region = region;
  MemorySource file{std::span<const std::byte>(bytes)};
  const Result<Image> decoded = Decode(file, {}, request);
  ASSERT_TRUE(decoded) << decoded.error().message;
  const Image& part = *decoded;
  ASSERT_EQ(part.height, region.height);
  ASSERT_EQ(part.width, region.width);
  ASSERT_EQ(part.channels, whole.channels);
  const std::vector<double> all = Samples(whole);
  const std::vector<double> samples = Samples(part);
  std::vector<double> expected;
  for (int y = region.y; y < region.y + region.height; ++y) {
    const auto row = all.begin() + (static_cast<std::ptrdiff_t>(y) * whole.width + region.x) * whole.channels;
    expected.insert(expected.end(), row, row + static_cast<std::ptrdiff_t>(region.width) * whole.channels);
  }
  EXPECT_EQ(samples, expected);
}

std::vector<std::uint8_t> Noise(std::size_t count) {
  std::mt19937 random(3);
  std::vector<std::uint8_t> bytes(count);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

TEST(Crop, IsTheSameInEveryKindOfFile) {
  const Bytes files[] = {
      MakePng({.height = 40, .width = 60, .colour_type = 2}, Noise(40 * 60 * 3)),
      MakePng({.height = 40, .width = 60, .bit_depth = 16, .interlaced = true}, Noise(40 * 60 * 2)),
      MakeJpeg({.height = 40, .width = 60, .channels = 3, .orientation = 1}, Noise(40 * 60 * 3)),
      MakeTiff({.height = 40, .width = 60, .channels = 3, .bits = 16, .tile_side = 16, .planes = true},
               BytesOf(Noise(40 * 60 * 6))),
      MakeTiff({.height = 40, .width = 60, .bits = 32, .format = 1}, BytesOf(Noise(40 * 60 * 4)))};
  for (const Bytes& bytes : files) {
    for (const Rectangle& region :
         {Rectangle{0, 0, 60, 40}, {0, 0, 1, 1}, {59, 39, 1, 1}, {7, 11, 23, 13}, {13, 0, 47, 40}}) {
      ExpectRegion(bytes, region);
    }
  }
}

TEST(Crop, TurnedImagesAreCutAsTheyAreSeen) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    SCOPED_TRACE(orientation);
    const Bytes bytes = MakeJpeg({.height = 40, .width = 40, .channels = 3, .orientation = orientation}, Noise(4800));
    ExpectRegion(bytes, {5, 9, 20, 17});
  }
}

TEST(Crop, OfAProjection) {
  const Bytes bytes = MakeTiff({.height = 20, .width = 30, .bits = 16, .pages = 3}, BytesOf(Noise(20 * 30 * 2 * 3)));
  for (const ZProjection projection : {ZProjection::kNone, ZProjection::kMax, ZProjection::kMean}) {
    ExpectRegion(bytes, {4, 6, 11, 9}, {.axes = "ZYX", .plane = {.z = 1}, .projection = projection});
  }
}

TEST(Crop, RefusesARegionThatIsNotThere) {
  const Bytes bytes = MakePng({.height = 10, .width = 20}, Noise(200));
  MemorySource file{std::span<const std::byte>(bytes)};
  constexpr int kLargest = std::numeric_limits<int>::max();
  for (const Rectangle& region : {Rectangle{0, 0, 0, 1},
                                  {0, 0, 21, 1},
                                  {1, 0, 20, 1},
                                  {-1, 0, 2, 2},
                                  {0, 10, 1, 1},
                                  {kLargest, 0, 1, 1},
                                  {0, 0, kLargest, 1}}) {
    EXPECT_EQ(Decode(file, {}, {.region = region}).error().code, ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace intelliclinix::image::testing
