// Every kind of TIFF that is read or refused, made with libtiff.
#include <cmath>
#include <limits>

#include "image/made_files_test.h"

namespace intelliclinix::image::testing {
namespace {

constexpr int kLzw = 5;
constexpr int kDeflate = 8;
constexpr int kOldDeflate = 32946;
constexpr int kLzma = 34925;
constexpr int kZstandard = 50000;
constexpr int kPackBits = 32773;
constexpr int kJpeg = 7;

/// height * width * channels values of a file's type, each another as far as its bits go.
Bytes SamplesOf(const TiffFileSpec& file) {
  const std::size_t count = static_cast<std::size_t>(file.height) * file.width * file.channels;
  std::vector<std::uint8_t> bytes(count);
  std::vector<std::uint16_t> words(count);
  std::vector<float> floats(count);
  for (std::size_t i = 0; i < count; ++i) {
    bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 50);
    words[i] = static_cast<std::uint16_t>(i * 257 + 3);
    floats[i] = static_cast<float>(i) * 0.37F - 20;
  }
  return file.bits == 8 ? BytesOf(bytes) : file.bits == 16 ? BytesOf(words) : BytesOf(floats);
}

void ExpectReads(const TiffFileSpec& file) {
  SCOPED_TRACE("bits " + std::to_string(file.bits) + ", channels " + std::to_string(file.channels) + ", mode " +
               file.mode + ", tile " + std::to_string(file.tile_side) + ", compression " +
               std::to_string(file.compression) + ", predictor " + std::to_string(file.predictor) +
               (file.planes ? ", planes" : ""));
  const Bytes samples = SamplesOf(file);
  const Image image = DecodeGood(MakeTiff(file, samples));
  EXPECT_EQ(file.channels, image.channels);
  EXPECT_EQ(file.bits / 8, BytesPerSample(image.type));
  EXPECT_TRUE(samples == image.samples);
}

TEST(TiffReaderTest, ReadsEveryLayoutOfEveryType) {
  for (const int bits : {8, 16, 32}) {
    for (const int channels : {1, 3, 5}) {
      for (const int tile_side : {0, 16}) {
        for (const bool planes : {false, true}) {
          ExpectReads({.height = 37,
                       .width = 21,
                       .channels = channels,
                       .bits = bits,
                       .format = bits == 32 ? 3 : 1,
                       .tile_side = tile_side,
                       .planes = planes});
        }
      }
    }
  }
}

TEST(TiffReaderTest, ReadsEveryCompression) {
  for (const int compression : {kLzw, kDeflate, kOldDeflate, kLzma, kZstandard, kPackBits}) {
    for (const int tile_side : {0, 32}) {
      for (const int bits : {8, 16, 32}) {
        ExpectReads({.height = 40,
                     .width = 33,
                     .channels = 3,
                     .bits = bits,
                     .format = bits == 32 ? 3 : 1,
                     .photometric = 2,
                     .compression = compression,
                     .tile_side = tile_side});
      }
    }
  }
  ExpectReads({.height = 40, .width = 33, .bits = 16, .compression = kLzw, .predictor = 2});
  ExpectReads({.height = 40, .width = 33, .bits = 32, .format = 3, .compression = kDeflate, .predictor = 3});
}

TEST(TiffReaderTest, ReadsBothByteOrdersAndBigTiff) {
  for (const char* mode : {"wl", "wb", "w8l", "w8b"}) {
    for (const int bits : {8, 16, 32}) {
      ExpectReads({.height = 20, .width = 9, .channels = 2, .bits = bits, .format = bits == 32 ? 3 : 1, .mode = mode});
    }
  }
}

TEST(TiffReaderTest, ReadsStripsOfAnyHeight) {
  for (const int rows : {1, 7, 20, 1000}) {
    ExpectReads({.height = 20, .width = 9, .compression = kLzw, .rows_per_strip = rows});
  }
}

TEST(TiffReaderTest, InvertsWhatHasWhiteAsZero) {
  const TiffFileSpec bytes{.height = 1, .width = 3, .photometric = 0};
  EXPECT_EQ((std::vector<double>{255, 0, 155}),
            Samples(DecodeGood(MakeTiff(bytes, BytesOf<std::uint8_t>({0, 255, 100})))));
  const TiffFileSpec words{.height = 1, .width = 3, .bits = 16, .photometric = 0};
  EXPECT_EQ((std::vector<double>{65535, 0, 65435}),
            Samples(DecodeGood(MakeTiff(words, BytesOf<std::uint16_t>({0, 65535, 100})))));
  const TiffFileSpec floats{.height = 1, .width = 1, .bits = 32, .format = 3, .photometric = 0};
  EXPECT_NE(std::string::npos, DecodeBad(MakeTiff(floats, BytesOf<float>({1}))).message.find("white is zero"));
}

TEST(TiffReaderTest, DropsAlphaAndKeepsOtherExtraChannels) {
  for (const bool planes : {false, true}) {
    TiffFileSpec file{.height = 1, .width = 2, .channels = 4, .photometric = 2, .planes = planes, .extra_samples = {2}};
    const Bytes samples = BytesOf<std::uint8_t>({1, 2, 3, 4, 5, 6, 7, 8});
    EXPECT_EQ((std::vector<double>{1, 2, 3, 5, 6, 7}), Samples(DecodeGood(MakeTiff(file, samples))));
    file.extra_samples = {0};
    EXPECT_EQ(4, DecodeGood(MakeTiff(file, samples)).channels);
  }
}

TEST(TiffReaderTest, LeavesSmallerCopiesAlone) {
  const TiffFileSpec file{.height = 4, .width = 4, .pages = 3, .reduced_pages = true};
  EXPECT_EQ(16u, DecodeGood(MakeTiff(file, Bytes(16))).pixel_count());
}

TEST(TiffReaderTest, MakesFloatsOfIntegersThatFloatsHoldAndOfDoubles) {
  const TiffFileSpec words{.height = 1, .width = 3, .bits = 16, .format = 2};
  EXPECT_EQ((std::vector<double>{-32768, 0, 32767}),
            Samples(DecodeGood(MakeTiff(words, BytesOf<std::int16_t>({-32768, 0, 32767})))));
  const TiffFileSpec longs{.height = 1, .width = 2, .bits = 32};
  EXPECT_EQ((std::vector<double>{16777216, 4294967296}),
            Samples(DecodeGood(MakeTiff(longs, BytesOf<std::uint32_t>({16777216, 4294967295})))));
  const TiffFileSpec inverted{.height = 1, .width = 1, .bits = 32, .photometric = 0};
  EXPECT_EQ((std::vector<double>{4294967296}), Samples(DecodeGood(MakeTiff(inverted, BytesOf<std::uint32_t>({0})))));
  const TiffFileSpec doubles{.height = 1, .width = 2, .bits = 64, .format = 3};
  const Image image = DecodeGood(MakeTiff(doubles, BytesOf<double>({0.5, 1e300})));
  EXPECT_EQ((std::vector<double>{0.5, 0}), Samples(image));
  EXPECT_EQ(1U, image.not_finite);
}

TEST(TiffReaderTest, NamesWhatItDoesNotRead) {
  const auto message = [](const TiffFileSpec& file, std::size_t bytes) {
    return DecodeBad(MakeTiff(file, Bytes(bytes))).message;
  };
  EXPECT_NE(std::string::npos, message({.bits = 16, .format = 3}, 2).find("16-bit floating-point"));
  EXPECT_NE(std::string::npos, message({.bits = 64}, 8).find("64-bit unsigned integer"));
  EXPECT_NE(std::string::npos, message({.bits = 64, .format = 6}, 8).find("64-bit complex"));
  EXPECT_NE(std::string::npos, message({.photometric = 3}, 1).find("palette"));
  EXPECT_NE(std::string::npos, message({.channels = 4, .photometric = 5}, 4).find("CMYK"));
  EXPECT_NE(std::string::npos,
            message({.height = 8, .width = 8, .compression = kJpeg, .rows_per_strip = 8}, 64).find("JPEG (method 7)"));
}

TEST(TiffReaderTest, CountsFloatsThatAreNotNumbersAndTakesThemAsZero) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinite = std::numeric_limits<float>::infinity();
  for (const int tile_side : {0, 16}) {
    std::vector<float> samples(20 * 30, 1);
    samples[0] = nan;
    samples[17 * 30 + 28] = infinite;
    samples[17 * 30 + 29] = -infinite;
    const TiffFileSpec file{.height = 20, .width = 30, .bits = 32, .format = 3, .tile_side = tile_side};
    const Image image = DecodeGood(MakeTiff(file, BytesOf(samples)));
    EXPECT_EQ(3U, image.not_finite);
    for (float& sample : samples) sample = std::isfinite(sample) ? sample : 0;
    EXPECT_EQ(std::vector<double>(samples.begin(), samples.end()), Samples(image));
  }
}

TEST(TiffReaderTest, HoldsTilesToTheBlockLimit) {
  const TiffFileSpec file{.height = 64, .width = 64, .tile_side = 64};
  const Error error = DecodeBad(MakeTiff(file, Bytes(64 * 64)), {.max_block_bytes = 64 * 64 - 1});
  EXPECT_EQ(ErrorCode::kTooLarge, error.code);
  EXPECT_NE(std::string::npos, error.message.find("strip or tile of 4,096 bytes")) << error.message;
  DecodeGood(MakeTiff(file, Bytes(64 * 64)), {.max_block_bytes = 64 * 64});
}

}  // namespace
}  // namespace intelliclinix::image::testing
