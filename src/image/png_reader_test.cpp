// Every kind of PNG, made with libpng.
#include "image/made_files_test.h"

namespace intelliclinix::image::testing {
namespace {

using Values = std::vector<double>;

/// height * width * samples bytes, each value another.
std::vector<std::uint8_t> Counting(std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(37 * i + 11);
  return bytes;
}

TEST(PngReaderTest, SpreadsFewBitsOverTheRangeOfEight) {
  const Image one = DecodeGood(MakePng({.height = 2, .width = 3, .bit_depth = 1}, {0b10100000, 0b01000000}));
  EXPECT_EQ((Values{255, 0, 255, 0, 255, 0}), Samples(one));
  const Image two = DecodeGood(MakePng({.width = 4, .bit_depth = 2}, {0b00011011}));
  EXPECT_EQ((Values{0, 85, 170, 255}), Samples(two));
  const Image four = DecodeGood(MakePng({.width = 3, .bit_depth = 4}, {0x0F, 0x70}));
  EXPECT_EQ((Values{0, 255, 119}), Samples(four));
  EXPECT_EQ(PixelType::kUint8, four.type);
}

TEST(PngReaderTest, KeepsEightAndSixteenBitsExactly) {
  const std::vector<std::uint8_t> rows = Counting(5 * 7);
  EXPECT_EQ(Values(rows.begin(), rows.end()), Samples(DecodeGood(MakePng({.height = 5, .width = 7}, rows))));
  const std::vector<std::uint8_t> wide = Counting(5 * 7 * 2);
  const Image image = DecodeGood(MakePng({.height = 5, .width = 7, .bit_depth = 16}, wide));
  ASSERT_EQ(PixelType::kUint16, image.type);
  for (std::size_t i = 0; i < 35; ++i) {
    EXPECT_EQ(wide[2 * i] << 8 | wide[2 * i + 1], image.As<std::uint16_t>()[i]);
  }
}

TEST(PngReaderTest, DropsAlpha) {
  const Image grey = DecodeGood(MakePng({.width = 2, .colour_type = 4}, {10, 0, 20, 255}));
  EXPECT_EQ(1, grey.channels);
  EXPECT_EQ((Values{10, 20}), Samples(grey));
  const Image rgb = DecodeGood(MakePng({.width = 2, .colour_type = 6}, {1, 2, 3, 0, 4, 5, 6, 128}));
  EXPECT_EQ(3, rgb.channels);
  EXPECT_EQ((Values{1, 2, 3, 4, 5, 6}), Samples(rgb));
  const Image keyed =
      DecodeGood(MakePng({.width = 2, .colour_type = 2, .transparent_black = true}, {0, 0, 0, 4, 5, 6}));
  EXPECT_EQ((Values{0, 0, 0, 4, 5, 6}), Samples(keyed));
  const Image wide =
      DecodeGood(MakePng({.bit_depth = 16, .colour_type = 6}, {0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0, 0}));
  EXPECT_EQ((Values{0x1234, 0x5678, 0x9ABC}), Samples(wide));
}

TEST(PngReaderTest, TurnsPalettesIntoRgb) {
  PngFile file{.width = 3, .colour_type = 3, .palette = {{1, 2, 3}, {40, 50, 60}, {255, 0, 255}}};
  const Values expected{255, 0, 255, 1, 2, 3, 40, 50, 60};
  EXPECT_EQ(expected, Samples(DecodeGood(MakePng(file, {2, 0, 1}))));
  file.palette_alpha = {0, 128};
  EXPECT_EQ(expected, Samples(DecodeGood(MakePng(file, {2, 0, 1}))));
  file.bit_depth = 2;
  EXPECT_EQ(expected, Samples(DecodeGood(MakePng(file, {0b10000100}))));
}

TEST(PngReaderTest, ReadsInterlacedFilesAsTheOthers) {
  for (const int colour_type : {0, 2, 4, 6}) {
    for (const int bit_depth : {8, 16}) {
      const std::size_t channels = (colour_type & 2 ? 3 : 1) + (colour_type & 4 ? 1 : 0);
      PngFile file{.height = 19, .width = 13, .bit_depth = bit_depth, .colour_type = colour_type};
      const std::vector<std::uint8_t> rows = Counting(19 * 13 * channels * static_cast<std::size_t>(bit_depth / 8));
      const Image plain = DecodeGood(MakePng(file, rows));
      file.interlaced = true;
      EXPECT_EQ(plain.samples, DecodeGood(MakePng(file, rows)).samples) << colour_type << " " << bit_depth;
    }
  }
  PngFile bits{.height = 3, .width = 8, .bit_depth = 1};
  const Image plain = DecodeGood(MakePng(bits, {0xA5, 0x3C, 0x18}));
  bits.interlaced = true;
  EXPECT_EQ(plain.samples, DecodeGood(MakePng(bits, {0xA5, 0x3C, 0x18})).samples);
}

TEST(PngReaderTest, RefusesADamagedChecksum) {
  Bytes bytes = MakePng({.height = 5, .width = 7}, Counting(35));
  bytes[bytes.size() - 14] ^= std::byte(1);  // of IDAT: IEND has 12 bytes
  const Error error = DecodeBad(bytes);
  EXPECT_EQ(ErrorCode::kInvalidArgument, error.code);
  EXPECT_NE(std::string::npos, error.message.find("PNG is damaged")) << error.message;
}

}  // namespace
}  // namespace intelliclinix::image::testing
