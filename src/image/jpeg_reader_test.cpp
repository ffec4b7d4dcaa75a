// JPEGs made with libjpeg; what is asked of pixels holds within the rounding of quality 100.
#include <array>

#include "image/made_files_test.h"

namespace intelliclinix::image::testing {
namespace {

constexpr int kBlock = 8;

/// Blocks of 8 x 8 px of constant value, `blocks` [y, x, channel].
std::vector<std::uint8_t> Blocks(int rows, int columns, int channels, const std::vector<std::uint8_t>& blocks) {
  std::vector<std::uint8_t> samples;
  for (int y = 0; y < rows * kBlock; ++y) {
    for (int x = 0; x < columns * kBlock; ++x) {
      const std::size_t block = static_cast<std::size_t>(y / kBlock) * columns + x / kBlock;
      for (int c = 0; c < channels; ++c) samples.push_back(blocks[block * channels + c]);
    }
  }
  return samples;
}

/// Every pixel, against blocks that it should consist of.
void ExpectBlocks(const Image& image, int rows, int columns, const std::vector<std::uint8_t>& blocks) {
  ASSERT_EQ(rows * kBlock, image.height);
  ASSERT_EQ(columns * kBlock, image.width);
  const std::vector<std::uint8_t> expected = Blocks(rows, columns, image.channels, blocks);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(expected[i], image.As<std::uint8_t>()[i], 2) << "sample " << i;
  }
}

TEST(JpegReaderTest, ReadsGreyAndColour) {
  for (const bool progressive : {false, true}) {
    const std::vector<std::uint8_t> grey{0, 60, 120, 180, 220, 255};
    JpegFile file{.height = 16, .width = 24, .progressive = progressive};
    ExpectBlocks(DecodeGood(MakeJpeg(file, Blocks(2, 3, 1, grey))), 2, 3, grey);
    const std::vector<std::uint8_t> colours{255, 0, 0, 0, 255, 0, 0, 0, 255, 90, 80, 70, 0, 0, 0, 255, 255, 255};
    file.channels = 3;
    ExpectBlocks(DecodeGood(MakeJpeg(file, Blocks(2, 3, 3, colours))), 2, 3, colours);
  }
}

struct Upright {
  int orientation;
  int rows, columns;
  std::vector<std::uint8_t> blocks;
};

// Stored:  10 60 110      EXIF: which side of the scene the first stored row and column are.
//         160 200 250
const std::vector<std::uint8_t> kStored{10, 60, 110, 160, 200, 250};
const std::array<Upright, 8> kUpright{{
    {1, 2, 3, {10, 60, 110, 160, 200, 250}},  // top, left
    {2, 2, 3, {110, 60, 10, 250, 200, 160}},  // top, right
    {3, 2, 3, {250, 200, 160, 110, 60, 10}},  // bottom, right
    {4, 2, 3, {160, 200, 250, 10, 60, 110}},  // bottom, left
    {5, 3, 2, {10, 160, 60, 200, 110, 250}},  // left, top
    {6, 3, 2, {160, 10, 200, 60, 250, 110}},  // right, top
    {7, 3, 2, {250, 110, 200, 60, 160, 10}},  // right, bottom
    {8, 3, 2, {110, 250, 60, 200, 10, 160}},  // left, bottom
}};

TEST(JpegReaderTest, TurnsImagesUpright) {
  for (const Upright& upright : kUpright) {
    for (const bool big_endian : {false, true}) {
      SCOPED_TRACE(upright.orientation);
      const JpegFile file{.height = 16, .width = 24, .orientation = upright.orientation, .big_endian = big_endian};
      const Image image = DecodeGood(MakeJpeg(file, Blocks(2, 3, 1, kStored)));
      ExpectBlocks(image, upright.rows, upright.columns, upright.blocks);
    }
  }
}

TEST(JpegReaderTest, TakesAnImpossibleOrientationForNone) {
  const JpegFile file{.height = 16, .width = 24, .orientation = 9};
  ExpectBlocks(DecodeGood(MakeJpeg(file, Blocks(2, 3, 1, kStored))), 2, 3, kStored);
}

TEST(JpegReaderTest, TurnsColourImagesUpright) {
  const std::vector<std::uint8_t> colours{255, 0, 0, 0, 255, 0};
  const JpegFile file{.height = 8, .width = 16, .channels = 3, .orientation = 6};
  ExpectBlocks(DecodeGood(MakeJpeg(file, Blocks(1, 2, 3, colours))), 2, 1, colours);
}

TEST(JpegReaderTest, RefusesCmyk) {
  const Bytes bytes = MakeJpeg({.height = 8, .width = 8, .channels = 4}, std::vector<std::uint8_t>(8 * 8 * 4, 9));
  EXPECT_NE(std::string::npos, DecodeBad(bytes).message.find("CMYK"));
}

TEST(JpegReaderTest, RefusesAProgressiveFileThatTakesTooMuchMemory) {
  const JpegFile file{.height = 80, .width = 80, .channels = 3, .progressive = true};
  const Bytes bytes = MakeJpeg(file, std::vector<std::uint8_t>(80 * 80 * 3, 9));
  const Error error = DecodeBad(bytes, {.max_block_bytes = 80 * 80 * 3});
  EXPECT_EQ(ErrorCode::kTooLarge, error.code);
  EXPECT_NE(std::string::npos, error.message.find("progressive"));
}

TEST(JpegReaderTest, RefusesPixelsThatLibjpegWouldMakeUp) {
  std::vector<std::uint8_t> noise(64 * 64);
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<std::uint8_t>(i * i * 31 >> 3);
  Bytes bytes = MakeJpeg({.height = 64, .width = 64}, noise);
  bytes.resize(bytes.size() / 2);
  bytes.push_back(std::byte(0xFF));
  bytes.push_back(std::byte(0xD9));  // an end marker in the middle of the scan
  EXPECT_EQ(ErrorCode::kInvalidArgument, DecodeBad(bytes).code);
}

}  // namespace
}  // namespace intelliclinix::image::testing
