#include "image/encode.h"

#include <cstdio>
#include <random>

#include <tiffio.h>
#include <unistd.h>

#include "image/made_files_test.h"
#include "image/render.h"

namespace intelliclinix::image::testing {
namespace {

LabelImage Labels(int height, int width, std::uint32_t largest) {
  LabelImage labels(height, width);
  std::mt19937 random(3);
  for (std::uint32_t& label : labels.labels) label = random() % 2 == 0 ? 0 : random() % (largest + 1ULL);
  labels.labels.back() = largest;
  return labels;
}

TEST(EncodeTest, LabelsComeBackFromPng) {
  const LabelImage labels = Labels(31, 45, kMaxPngLabel);
  const Image image = DecodeGood(EncodeLabelPng16(labels).value());
  ASSERT_EQ(PixelType::kUint16, image.type);
  for (std::size_t i = 0; i < labels.labels.size(); ++i) ASSERT_EQ(labels.labels[i], image.As<std::uint16_t>()[i]);
  const Result<Bytes> refused = EncodeLabelPng16(Labels(3, 3, kMaxPngLabel + 1));
  ASSERT_FALSE(refused);
  EXPECT_NE(std::string::npos, refused.error().message.find("65536"));
}

/// A file in memory, as libtiff reads it back without our reader, which refuses 32-bit integers.
LabelImage ReadLabelTiff(const Bytes& bytes) {
  std::FILE* file = std::tmpfile();
  EXPECT_EQ(bytes.size(), std::fwrite(bytes.data(), 1, bytes.size(), file));
  std::rewind(file);
  TIFF* tiff = TIFFFdOpen(dup(fileno(file)), "labels", "r");
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
  std::uint16_t bits = 0;
  TIFFGetField(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
  EXPECT_EQ(32, bits);
  LabelImage labels(static_cast<int>(height), static_cast<int>(width));
  for (std::uint32_t y = 0; y < height; ++y) {
    EXPECT_EQ(1, TIFFReadScanline(tiff, &labels.at(static_cast<int>(y), 0), y, 0));
  }
  TIFFClose(tiff);
  std::fclose(file);
  return labels;
}

TEST(EncodeTest, LabelsComeBackFromTiff) {
  for (const auto& [height, width] : {std::pair(31, 45), std::pair(700, 901), std::pair(1, 1)}) {
    const LabelImage labels = Labels(height, width, 4'000'000'000);
    const LabelImage back = ReadLabelTiff(EncodeLabelTiff32(labels).value());
    EXPECT_EQ(height, back.height);
    EXPECT_TRUE(labels.labels == back.labels);
  }
}

TEST(EncodeTest, PicturesComeBackFromPng) {
  for (const int channels : {1, 3}) {
    for (const PngContent content : {PngContent::kDrawing, PngContent::kPhotograph}) {
      Image image{.height = 19, .width = 23, .channels = channels, .type = PixelType::kUint8, .samples = {}};
      std::mt19937 random(4);
      for (int i = 0; i < 19 * 23 * channels; ++i) image.samples.push_back(static_cast<std::byte>(random()));
      const Image back = DecodeGood(EncodePng(image, content).value());
      EXPECT_EQ(channels, back.channels);
      EXPECT_EQ(image.samples, back.samples);
    }
  }
}

TEST(EncodeTest, OverlaysKeepTheirAlpha) {
  const Image overlay{.height = 1,
                      .width = 2,
                      .channels = 4,
                      .type = PixelType::kUint8,
                      .samples = BytesOf<std::uint8_t>({1, 2, 3, 0, 4, 5, 6, 70})};
  const Bytes bytes = EncodePng(overlay).value();
  MemorySource file{std::span<const std::byte>(bytes)};
  EXPECT_TRUE(ReadHeader(file)->has_alpha);
  EXPECT_EQ((std::vector<double>{1, 2, 3, 4, 5, 6}), Samples(DecodeGood(bytes)));
}

TEST(EncodeTest, RefusesWhatCannotBeWritten) {
  const Image empty;
  EXPECT_EQ(ErrorCode::kInvalidArgument, EncodePng(empty).error().code);
  EXPECT_EQ(ErrorCode::kInvalidArgument, EncodeLabelPng16({}).error().code);
  EXPECT_EQ(ErrorCode::kInvalidArgument, EncodeLabelTiff32({}).error().code);
  const Image two{.height = 1, .width = 1, .channels = 2, .type = PixelType::kUint8, .samples = Bytes(2)};
  EXPECT_EQ(ErrorCode::kInvalidArgument, EncodePng(two).error().code);
  const Image wide{.height = 1, .width = 1, .channels = 1, .type = PixelType::kUint16, .samples = Bytes(2)};
  EXPECT_EQ(ErrorCode::kInvalidArgument, EncodePng(wide).error().code);
}

}  // namespace
}  // namespace intelliclinix::image::testing
