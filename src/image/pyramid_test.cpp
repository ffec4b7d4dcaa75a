#include "image/pyramid.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <random>

#include "image/encode.h"
#include "image/made_files_test.h"

namespace intelliclinix::image::testing {
namespace {

PyramidPlace Place() { return {.folder = std::filesystem::temp_directory_path()}; }

/// One level, channel by channel, with the whole image in memory: what tiles are compared with.
struct PlainLevel {
  int height = 0;
  int width = 0;
  int channels = 1;
  std::vector<std::uint32_t> samples{};

  std::uint32_t& at(int channel, int y, int x) {
    return samples[(static_cast<std::size_t>(channel) * height + y) * width + x];
  }
};

PlainLevel Reduced(PlainLevel& from, bool labels) {
  PlainLevel small{(from.height + 1) / 2, (from.width + 1) / 2, from.channels};
  small.samples.resize(static_cast<std::size_t>(small.height) * small.width * small.channels);
  for (int c = 0; c < small.channels; ++c) {
    for (int y = 0; y < small.height; ++y) {
      for (int x = 0; x < small.width; ++x) {
        std::uint64_t sum = 0;
        for (int i = 0; i < 4; ++i) {
          sum += from.at(c, std::min(2 * y + i / 2, from.height - 1), std::min(2 * x + i % 2, from.width - 1));
        }
        small.at(c, y, x) = labels ? from.at(c, 2 * y, 2 * x) : static_cast<std::uint32_t>((sum + 2) / 4);
      }
    }
  }
  return small;
}

std::uint32_t SampleAt(std::span<const std::byte> bytes, std::size_t index, std::size_t size) {
  std::uint32_t sample = 0;
  std::memcpy(&sample, bytes.data() + index * size, size);
  return sample;
}

/// Expects each tile of each level to be what `plain` becomes.
void ExpectTiles(const Pyramid& pyramid, PlainLevel plain, bool labels = false) {
  std::vector<int> channels(static_cast<std::size_t>(plain.channels));
  std::iota(channels.begin(), channels.end(), 0);
  const std::size_t sample_bytes = BytesPerSample(pyramid.layout().shape().sample);
  for (int level = 0; level < pyramid.layout().levels(); ++level) {
    if (level > 0) plain = Reduced(plain, labels);
    int wrong = 0;
    for (int ty = 0; ty * 256 < plain.height; ++ty) {
      for (int tx = 0; tx * 256 < plain.width; ++tx) {
        const Bytes tile = pyramid.ReadTile({level, tx, ty}, channels).value();
        const int height = std::min(256, plain.height - ty * 256);
        const int width = std::min(256, plain.width - tx * 256);
        ASSERT_EQ(tile.size(), channels.size() * height * width * sample_bytes);
        std::size_t index = 0;
        for (const int c : channels) {
          for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x, ++index) {
              wrong += SampleAt(tile, index, sample_bytes) != plain.at(c, ty * 256 + y, tx * 256 + x);
            }
          }
        }
      }
    }
    EXPECT_EQ(wrong, 0) << "level " << level;
  }
  EXPECT_LE(std::max(plain.height, plain.width), 256) << "the last level fits one tile";
}

PlainLevel PlainOf(const Image& image) {
  PlainLevel plain{image.height, image.width, image.channels};
  plain.samples.resize(image.pixel_count() * image.channels);
  const std::vector<double> samples = Samples(image);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto pixel = static_cast<int>(i / image.channels);
    plain.at(static_cast<int>(i % image.channels), pixel / image.width, pixel % image.width) =
        static_cast<std::uint32_t>(samples[i]);
  }
  return plain;
}

std::unique_ptr<Pyramid> PyramidOf(const Bytes& bytes, const PlaneSource& source = {}) {
  MemorySource file{std::span<const std::byte>(bytes)};
  Result<std::unique_ptr<Pyramid>> pyramid = MakePyramid(file, source, Place());
  EXPECT_TRUE(pyramid) << pyramid.error().message;
  return *std::move(pyramid);
}

std::vector<std::uint8_t> RandomBytes(std::size_t count) {
  std::mt19937 random(7);
  std::vector<std::uint8_t> bytes(count);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

TEST(Pyramid, HasTheSamplesOfEveryKindOfFile) {
  constexpr int kHeight = 531;
  constexpr int kWidth = 770;
  constexpr std::size_t kPixels = std::size_t{kHeight} * kWidth;
  const std::vector<std::uint8_t> noise = RandomBytes(kPixels * 6);
  const auto first = [&](std::size_t count) { return std::vector(noise.begin(), noise.begin() + count); };
  const std::pair<const char*, Bytes> files[] = {
      {"grey PNG", MakePng({.height = kHeight, .width = kWidth}, first(kPixels))},
      {"RGB PNG", MakePng({.height = kHeight, .width = kWidth, .colour_type = 2}, first(kPixels * 3))},
      {"interlaced 16-bit PNG",
       MakePng({.height = kHeight, .width = kWidth, .bit_depth = 16, .interlaced = true}, first(kPixels * 2))},
      {"RGBA PNG", MakePng({.height = kHeight, .width = kWidth, .colour_type = 6}, first(kPixels * 4))},
      {"JPEG on its side",
       MakeJpeg({.height = kHeight, .width = kWidth, .channels = 3, .orientation = 6}, first(kPixels * 3))},
      {"JPEG upside down", MakeJpeg({.height = kHeight, .width = kWidth, .orientation = 4}, first(kPixels))},
      {"tiled TIFF of planes",
       MakeTiff({.height = kHeight, .width = kWidth, .channels = 3, .bits = 16, .tile_side = 48, .planes = true},
                BytesOf(first(kPixels * 6)))},
      {"TIFF of strips",
       MakeTiff({.height = kHeight, .width = kWidth, .bits = 16, .compression = 5}, BytesOf(first(kPixels * 2)))}};
  for (const auto& [name, bytes] : files) {
    SCOPED_TRACE(name);
    const std::unique_ptr<Pyramid> pyramid = PyramidOf(bytes);
    EXPECT_EQ(pyramid->layout().levels(), 3);
    ExpectTiles(*pyramid, PlainOf(DecodeGood(bytes)));
  }
}

TEST(Pyramid, OfOnePixelAndOfOneTile) {
  const Bytes one = MakePng({}, {9});
  ExpectTiles(*PyramidOf(one), PlainOf(DecodeGood(one)));
  const Bytes tile = MakePng({.height = 256, .width = 256}, RandomBytes(256 * 256));
  EXPECT_EQ(PyramidOf(tile)->layout().levels(), 1);
  const Bytes long_one = MakePng({.height = 1, .width = 5000}, RandomBytes(5000));
  ExpectTiles(*PyramidOf(long_one), PlainOf(DecodeGood(long_one)));
}

TEST(Pyramid, FloatsSpanSixteenBits) {
  std::vector<float> samples(300 * 300);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = -1.5F + static_cast<float>(i % 1000) / 100;
  samples[5] = std::nanf("");  // 0 in its place
  const Bytes bytes = MakeTiff({.height = 300, .width = 300, .bits = 32, .format = 3}, BytesOf(samples));
  MemorySource file{std::span<const std::byte>(bytes)};
  const std::vector<SampleRange> ranges = ReadFloatRanges(file, {}, "").value();
  ASSERT_EQ(ranges.size(), 1U);
  EXPECT_FLOAT_EQ(static_cast<float>(ranges[0].minimum), -1.5F);
  EXPECT_FLOAT_EQ(static_cast<float>(ranges[0].maximum), 8.49F);
  const std::unique_ptr<Pyramid> pyramid = PyramidOf(bytes, {.float_ranges = ranges});
  const std::vector<double> decoded = Samples(DecodeGood(bytes));
  PlainLevel mapped{300, 300};
  mapped.samples.resize(decoded.size());
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    mapped.samples[i] = static_cast<std::uint32_t>(
        std::lround((decoded[i] - ranges[0].minimum) / (ranges[0].maximum - ranges[0].minimum) * 65'535));
  }
  ExpectTiles(*pyramid, mapped);
  const ChannelContrast& contrast = pyramid->found().contrasts.at(0);
  EXPECT_EQ(contrast.range.minimum, ranges[0].minimum);
  EXPECT_NEAR(contrast.low, -1.47, 0.02);
  EXPECT_NEAR(contrast.high, 8.46, 0.02);
}

TEST(Pyramid, ConstantFloatsAreZero) {
  const Bytes bytes =
      MakeTiff({.height = 2, .width = 2, .bits = 32, .format = 3}, BytesOf(std::vector<float>(4, 3.5F)));
  const std::unique_ptr<Pyramid> pyramid = PyramidOf(bytes, {.float_ranges = {{3.5, 3.5}}});
  ExpectTiles(*pyramid, {2, 2, 1, {0, 0, 0, 0}});
  EXPECT_EQ(pyramid->found().contrasts.at(0).low, 3.5);
  EXPECT_EQ(pyramid->found().contrasts.at(0).high, 3.5);
}

TEST(Pyramid, PlanesOfAStackShareTheirRange) {
  const std::vector<float> samples = {1, 2, 3, 4, 5, 9};  // three planes of 1 x 2
  const Bytes bytes = MakeTiff({.height = 1, .width = 2, .bits = 32, .format = 3, .pages = 3}, BytesOf(samples));
  MemorySource file{std::span<const std::byte>(bytes)};
  const std::vector<SampleRange> ranges = ReadFloatRanges(file, {}, "ZYX").value();
  EXPECT_EQ(ranges.at(0).minimum, 1);
  EXPECT_EQ(ranges.at(0).maximum, 9);
  const auto plane = [&](int z) {
    return PyramidOf(bytes, {.axes = "ZYX", .plane = {.z = z}, .float_ranges = ranges});
  };
  ExpectTiles(*plane(0), {1, 2, 1, {0, 8192}});
  ExpectTiles(*plane(2), {1, 2, 1, {32768, 65535}});
  const PlaneSource missing{.axes = "ZYX", .plane = {.z = 3}, .float_ranges = ranges};
  EXPECT_EQ(MakePyramid(file, missing, Place()).error().code, ErrorCode::kNotFound);
}

TEST(Pyramid, ProjectionsAreThoseThatAreDecoded) {
  constexpr int kHeight = 261;
  constexpr int kWidth = 300;
  constexpr std::size_t kPixels = std::size_t{kHeight} * kWidth;
  const std::vector<std::uint8_t> noise = RandomBytes(kPixels * 3 * 3 * 2);
  for (const int bits : {8, 16}) {
    const Bytes bytes = MakeTiff(
        {.height = kHeight, .width = kWidth, .channels = 3, .bits = bits, .photometric = 2, .pages = 3},
        BytesOf(std::vector(noise.begin(), noise.begin() + static_cast<std::ptrdiff_t>(kPixels) * 9 * bits / 8)));
    for (const ZProjection projection : {ZProjection::kMax, ZProjection::kMean}) {
      const std::unique_ptr<Pyramid> pyramid = PyramidOf(bytes, {.axes = "ZYXS", .projection = projection});
      ExpectTiles(*pyramid, PlainOf(DecodeGood(bytes, {}, {.axes = "ZYXS", .projection = projection})));
    }
  }
}

TEST(Pyramid, ProjectionsOfFloatsAreOfWhatIsShown) {
  const std::vector<float> samples = {1, 2, 3, 4, 5, 9};  // three planes of 1 x 2
  const Bytes bytes = MakeTiff({.height = 1, .width = 2, .bits = 32, .format = 3, .pages = 3}, BytesOf(samples));
  const auto projected = [&](ZProjection projection) {
    return PyramidOf(bytes, {.axes = "ZYX", .projection = projection, .float_ranges = {{1, 9}}});
  };
  ExpectTiles(*projected(ZProjection::kMax), {1, 2, 1, {32768, 65535}});
  ExpectTiles(*projected(ZProjection::kMean), {1, 2, 1, {16384, 32768}});
}

TEST(Pyramid, ProjectionOfAFileWithoutDepthIsItsPlane) {
  const Bytes bytes = MakePng({.height = 3, .width = 5}, RandomBytes(15));
  for (const ZProjection projection : {ZProjection::kMax, ZProjection::kMean}) {
    ExpectTiles(*PyramidOf(bytes, {.projection = projection}), PlainOf(DecodeGood(bytes)));
  }
}

TEST(Pyramid, SumsOfAMeanNeedRoomToo) {
  const Bytes bytes = MakeTiff({.height = 64, .width = 64, .pages = 2}, BytesOf(RandomBytes(2 * 64 * 64)));
  MemorySource file{std::span<const std::byte>(bytes)};
  PyramidPlace place = Place();
  place.max_bytes = 2 * 64 * 64;
  EXPECT_TRUE(MakePyramid(file, {.axes = "ZYX", .projection = ZProjection::kMax}, place));
  EXPECT_EQ(MakePyramid(file, {.axes = "ZYX", .projection = ZProjection::kMean}, place).error().code,
            ErrorCode::kTooLarge);
}

TEST(Pyramid, ContrastLeavesOutTheFewAtTheEnds) {
  std::vector<std::uint16_t> samples(100 * 100, 500);
  for (std::size_t i = 0; i < 5000; ++i) samples[i] = 1000;
  samples[0] = 3;
  samples[9999] = 60'000;
  const Bytes bytes = MakeTiff({.height = 100, .width = 100, .bits = 16}, BytesOf(samples));
  const ChannelContrast contrast = PyramidOf(bytes)->found().contrasts.at(0);
  EXPECT_EQ(contrast.range.minimum, 3);
  EXPECT_EQ(contrast.range.maximum, 60'000);
  EXPECT_EQ(contrast.low, 500);
  EXPECT_EQ(contrast.high, 1000);
  EXPECT_EQ(contrast.histogram.front(), 1U);
  EXPECT_EQ(contrast.histogram.back(), 1U);
  EXPECT_EQ(std::accumulate(contrast.histogram.begin(), contrast.histogram.end(), 0U), 10'000U);
}

LabelImage SomeLabels(int height, int width, std::uint32_t step) {
  LabelImage labels(height, width);
  for (std::size_t i = 0; i < labels.labels.size(); ++i) {
    labels.labels[i] = static_cast<std::uint32_t>(i / 37 % 11) * step;
  }
  return labels;
}

void ExpectLabels(const Bytes& bytes, const LabelImage& labels) {
  MemorySource file{std::span<const std::byte>(bytes)};
  const Result<std::unique_ptr<Pyramid>> pyramid = MakeLabelPyramid(file, {}, Place());
  ASSERT_TRUE(pyramid) << pyramid.error().message;
  EXPECT_EQ((*pyramid)->found().largest_label, *std::ranges::max_element(labels.labels));
  EXPECT_EQ((*pyramid)->layout().shape().sample, PyramidSample::kUint32);
  ExpectTiles(**pyramid, {labels.height, labels.width, 1, labels.labels}, true);
}

TEST(LabelPyramid, KeepsLabelsApart) {
  const LabelImage small = SomeLabels(300, 517, 5000);
  ExpectLabels(EncodeLabelPng16(small).value(), small);
  const LabelImage large = SomeLabels(300, 517, 300'000'000);
  ExpectLabels(EncodeLabelTiff32(large).value(), large);
  std::vector<std::uint8_t> grey(small.labels.size());
  LabelImage eight(small.height, small.width);
  for (std::size_t i = 0; i < grey.size(); ++i) eight.labels[i] = grey[i] = static_cast<std::uint8_t>(i / 19);
  ExpectLabels(MakePng({.height = eight.height, .width = eight.width, .interlaced = true}, grey), eight);
}

TEST(Pyramid, SaysWhatIsNotThere) {
  const Bytes bytes = MakePng({.height = 300, .width = 300}, RandomBytes(300 * 300));
  const std::unique_ptr<Pyramid> pyramid = PyramidOf(bytes);
  const int channel = 0;
  for (const TileIndex& tile : {TileIndex{2, 0, 0}, {-1, 0, 0}, {0, 2, 0}, {0, 0, 2}, {1, 1, 0}, {0, -1, 0}}) {
    EXPECT_EQ(pyramid->ReadTile(tile, {&channel, 1}).error().code, ErrorCode::kNotFound);
  }
}

TEST(Pyramid, RefusesWhatIsTooLargeOrDamaged) {
  const Bytes bytes = MakePng({.height = 300, .width = 300}, RandomBytes(300 * 300));
  MemorySource file{std::span<const std::byte>(bytes)};
  EXPECT_EQ(MakePyramid(file, {}, {.folder = Place().folder, .max_bytes = 100'000}).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(MakePyramid(file, {}, {.folder = "/nonexistent"}).error().code, ErrorCode::kInternal);
  MemorySource cut{std::span<const std::byte>(bytes).first(bytes.size() / 2)};
  EXPECT_EQ(MakePyramid(cut, {}, Place()).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace intelliclinix::image::testing
