#include "image/preview.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <type_traits>

#include "image/display.h"
#include "image/made_files_test.h"

namespace intelliclinix::image::testing {
namespace {

/// Of rows y0..y1-1 and columns x0..x1-1.
template <typename T>
T MeanOf(const Image& source, std::pair<int, int> rows, std::pair<int, int> columns, int channel) {
  double sum = 0;
  for (int y = rows.first; y < rows.second; ++y) {
    for (int x = columns.first; x < columns.second; ++x) {
      sum += static_cast<double>(
          source.As<T>()[(static_cast<std::size_t>(y) * source.width + x) * source.channels + channel]);
    }
  }
  const double mean = sum / ((rows.second - rows.first) * static_cast<double>(columns.second - columns.first));
  return std::is_integral_v<T> ? static_cast<T>(std::lround(mean)) : static_cast<T>(mean);
}

/// Means of blocks of factor x factor pixels, with the whole image in memory.
template <typename T>
Image Shrink(const Image& source, int factor) {
  std::vector<T> means;
  for (int y = 0; y < source.height; y += factor) {
    for (int x = 0; x < source.width; x += factor) {
      const std::pair rows(y, std::min(y + factor, source.height));
      const std::pair columns(x, std::min(x + factor, source.width));
      for (int c = 0; c < source.channels; ++c) means.push_back(MeanOf<T>(source, rows, columns, c));
    }
  }
  return {.height = (source.height - 1) / factor + 1,
          .width = (source.width - 1) / factor + 1,
          .channels = source.channels,
          .type = source.type,
          .samples = BytesOf(means)};
}

Image Shrink(const Image& source, int factor) {
  return source.type == PixelType::kUint8    ? Shrink<std::uint8_t>(source, factor)
         : source.type == PixelType::kUint16 ? Shrink<std::uint16_t>(source, factor)
                                             : Shrink<float>(source, factor);
}

Image PreviewOf(const Bytes& bytes) {
  MemorySource file{std::span<const std::byte>(bytes)};
  const Result<Bytes> preview = MakePreview(file);
  EXPECT_TRUE(preview.has_value()) << preview.error().message;
  return preview ? DecodeGood(*preview) : Image();
}

/// Expects what decoding, shrinking and stretching the whole image gives, within one grey value where floats round
/// otherwise.
void ExpectAsWhole(const Bytes& bytes, int factor) {
  const Image expected = StretchForDisplay(Shrink(DecodeGood(bytes), factor));
  const Image preview = PreviewOf(bytes);
  ASSERT_EQ(expected.height, preview.height);
  ASSERT_EQ(expected.width, preview.width);
  ASSERT_EQ(expected.channels, preview.channels);
  ASSERT_EQ(PixelType::kUint8, preview.type);
  MemorySource file{std::span<const std::byte>(bytes)};
  const int tolerance = ReadHeader(file)->type == PixelType::kFloat32 && factor > 1 ? 1 : 0;
  for (std::size_t i = 0; i < expected.samples.size(); ++i) {
    const int difference = expected.As<std::uint8_t>()[i] - preview.As<std::uint8_t>()[i];
    ASSERT_LE(std::abs(difference), tolerance) << "sample " << i;
  }
}

/// Channels of 8 bits have ranges of their own.
Bytes RandomSamples(std::size_t count, int bits, std::size_t channels = 1) {
  std::mt19937 random(5);
  std::vector<float> floats;
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < count; ++i) floats.push_back(static_cast<float>(random()) / 1e6F - 900);
  for (std::size_t i = 0; i < count * static_cast<std::size_t>(bits / 8); ++i) {
    bytes.push_back(static_cast<std::uint8_t>((random() & 0xFF) >> (bits == 8 ? i % channels : 0)));
  }
  return bits == 32 ? BytesOf(floats) : BytesOf(bytes);
}

struct Size {
  int height, width, factor;
};
constexpr Size kSizes[] = {{37, 53, 1}, {1, 1, 1}, {7, 2048, 1}, {7, 4101, 3}, {5003, 2, 3}};

TEST(PreviewTest, TiffsAreShownAsWholeImagesAre) {
  for (const auto& [height, width, factor] : kSizes) {
    for (const int channels : {1, 2, 3, 5}) {
      for (const int bits : {8, 16, 32}) {
        for (const int tile_side : {0, 16}) {
          for (const bool planes : {false, true}) {
            SCOPED_TRACE(::testing::Message() << width << " x " << height << " x " << channels << ", " << bits
                                              << " bits, tiles of " << tile_side << (planes ? ", planes" : ""));
            const TiffFileSpec file{.height = height,
                                    .width = width,
                                    .channels = channels,
                                    .bits = bits,
                                    .format = bits == 32 ? 3 : 1,
                                    .photometric = channels == 3 ? 2
                                                   : bits == 32  ? 1
                                                                 : 0,
                                    .tile_side = tile_side,
                                    .planes = planes};
            const auto count = static_cast<std::size_t>(height) * width * channels;
            ExpectAsWhole(MakeTiff(file, RandomSamples(count, bits, static_cast<std::size_t>(channels))), factor);
          }
        }
      }
    }
  }
}

TEST(PreviewTest, PngsAreShownAsWholeImagesAre) {
  for (const auto& [height, width, factor] : kSizes) {
    for (const int colour_type : {0, 2, 4, 6}) {
      for (const int bits : {8, 16}) {
        for (const bool interlaced : {false, true}) {
          SCOPED_TRACE(::testing::Message() << width << " x " << height << ", colour type " << colour_type << ", "
                                            << bits << " bits" << (interlaced ? ", interlaced" : ""));
          const std::size_t samples = (colour_type & 2 ? 3 : 1) + (colour_type & 4 ? 1 : 0);
          const Bytes random = RandomSamples(static_cast<std::size_t>(height) * width * samples, bits, samples);
          const auto* first = reinterpret_cast<const std::uint8_t*>(random.data());
          const PngFile file{.height = height,
                             .width = width,
                             .bit_depth = bits,
                             .colour_type = colour_type,
                             .interlaced = interlaced};
          ExpectAsWhole(MakePng(file, {first, first + random.size()}), factor);
        }
      }
    }
  }
}

TEST(PreviewTest, TurnedJpegsAreShownAsWholeImagesAre) {
  for (const auto& [height, width, factor] : kSizes) {
    for (int orientation = 0; orientation <= 8; ++orientation) {
      SCOPED_TRACE(::testing::Message() << width << " x " << height << ", orientation " << orientation);
      const Bytes random = RandomSamples(static_cast<std::size_t>(height) * width * 3, 8);
      const auto* first = reinterpret_cast<const std::uint8_t*>(random.data());
      const JpegFile file{.height = height, .width = width, .channels = 3, .orientation = orientation};
      ExpectAsWhole(MakeJpeg(file, {first, first + random.size()}), factor);
    }
  }
}

TEST(PreviewTest, AlphaIsNotShown) {
  const TiffFileSpec opaque{.height = 2, .width = 2, .channels = 1, .bits = 16};
  TiffFileSpec clear = opaque;
  clear.channels = 2;
  clear.extra_samples = {2};
  const Bytes expected = BytesOf<std::uint16_t>({0, 20'000, 40'000, 60'000});
  const Bytes with_alpha = BytesOf<std::uint16_t>({0, 9, 20'000, 0, 40'000, 65'535, 60'000, 1});
  const Image shown = PreviewOf(MakeTiff(clear, with_alpha));
  EXPECT_EQ(1, shown.channels);
  EXPECT_EQ(PreviewOf(MakeTiff(opaque, expected)).samples, shown.samples);
}

TEST(PreviewTest, MeansOfTheLargestSamplesDoNotOverflow) {
  TiffFileSpec file{.height = 60, .width = 122'881, .bits = 16, .compression = 8, .rows_per_strip = 60};
  std::vector<std::uint16_t> samples(60ULL * 122'881, 65'535);
  samples[0] = 0;  // so that there is a range to show; blocks have 61 x 61 pixels
  const Image shown = PreviewOf(MakeTiff(file, BytesOf(samples)));
  ASSERT_EQ(2015, shown.width);
  EXPECT_EQ(0, shown.As<std::uint8_t>()[0]);
  EXPECT_EQ(255, shown.As<std::uint8_t>()[1]);
  EXPECT_EQ(255, shown.As<std::uint8_t>()[2014]);

  std::vector<float> floats(2 * 2050, 3e38F);  // two of them are beyond a float
  floats[0] = floats[1] = floats[2050] = floats[2051] = 0;
  file = {.height = 2, .width = 2050, .bits = 32, .format = 3};
  const Image bright = PreviewOf(MakeTiff(file, BytesOf(floats)));
  EXPECT_EQ(0, bright.As<std::uint8_t>()[0]);
  EXPECT_EQ(255, bright.As<std::uint8_t>()[1]);
}

TEST(PreviewTest, GreyCameraFramesKeepTheirSizeAndLargeColourIsHalved) {
  TiffFileSpec file{.height = 2048, .width = 2048, .bits = 16, .compression = 8, .rows_per_strip = 64};
  EXPECT_EQ(2048, PreviewOf(MakeTiff(file, Bytes(2048 * 2048 * 2))).width);
  file.channels = 3;
  file.photometric = 2;
  file.bits = 8;
  const Image colour = PreviewOf(MakeTiff(file, Bytes(2048 * 2048 * 3)));
  EXPECT_EQ(1024, colour.width);
  EXPECT_EQ(1024, colour.height);
}

TEST(PreviewTest, RefusesWhatDoesNotDecode) {
  Bytes bytes = MakeTiff({.height = 40, .width = 50, .bits = 16, .compression = 8}, RandomSamples(2000, 16));
  MemorySource whole{std::span<const std::byte>(bytes)};
  EXPECT_EQ(ErrorCode::kTooLarge, MakePreview(whole, {.max_pixels = 1999}).error().code);
  std::fill(bytes.begin() + 200, bytes.begin() + 1000, std::byte{0xFF});
  MemorySource damaged{std::span<const std::byte>(bytes)};
  EXPECT_EQ(DecodeBad(bytes).message, MakePreview(damaged).error().message);
}

TEST(PreviewTest, RefusesWhatOnlyHugeBlocksWouldFit) {
  const TiffFileSpec file{.height = 1, .width = 2048 * 256 + 1, .compression = 8};
  MemorySource source(MakeTiff(file, Bytes(2048 * 256 + 1)));
  EXPECT_EQ(ErrorCode::kTooLarge, MakePreview(source, {.max_side = 1 << 30}).error().code);
}

}  // namespace
}  // namespace intelliclinix::image::testing
