#include "image/decode_labels.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/object_id.h"
#include "image/encode.h"
#include "image/made_files_test.h"

namespace intelliclinix::image {
namespace {

using ::testing::HasSubstr;

/// 3 x 4 with labels 0 to 3, the last above 16 bits where `last` is.
LabelImage Sample(std::uint32_t last = 3) {
  LabelImage labels(3, 4);
  labels.labels = {0, 1, 1, 0, 2, 2, 0, last, 0, 0, last, last};
  return labels;
}

std::string ErrorOf(std::vector<std::byte> bytes, int height = 3, int width = 4) {
  MemorySource file(std::move(bytes));
  const Result<LabelImage> labels = DecodeLabels(file, {.size = std::pair(height, width)});
  return labels ? "" : labels.error().message;
}

TEST(DecodeLabels, ReadsWhatTheEncodersWrite) {
  MemorySource png(*EncodeLabelPng16(Sample()));
  EXPECT_EQ(DecodeLabels(png, {})->labels, Sample().labels);
  const LabelImage large = Sample(4'000'000'000);
  MemorySource tiff(*EncodeLabelTiff32(large));
  EXPECT_EQ(DecodeLabels(tiff, {})->labels, large.labels);
}

TEST(DecodeLabels, RefusesCompressionsThatChangeNumbers) {
  const testing::TiffFileSpec file{.height = 16, .width = 16, .compression = 7, .rows_per_strip = 16};
  EXPECT_THAT(ErrorOf(testing::MakeTiff(file, testing::Bytes(256)), 16, 16), HasSubstr("compressed with JPEG"));
}

TEST(DecodeLabels, RefusesAnotherSizeColoursAndOtherFiles) {
  EXPECT_THAT(ErrorOf(*EncodeLabelPng16(Sample()), 4, 3), HasSubstr("is 3 x 4 pixels (rows x columns)"));
  EXPECT_THAT(ErrorOf(*EncodeLabelTiff32(Sample()), 30'000, 4), HasSubstr("the image is 30,000 x 4"));
  MemorySource file(*EncodeLabelPng16(Sample()));
  EXPECT_EQ(DecodeLabels(file, {.size = {}, .max_pixels = 11}).error().code, ErrorCode::kTooLarge);
  const Image colours{.height = 3, .width = 4, .channels = 3, .samples = std::vector<std::byte>(36)};
  EXPECT_THAT(ErrorOf(*EncodePng(colours)), HasSubstr("has colours or transparency"));
  EXPECT_THAT(ErrorOf({std::byte{0xff}, std::byte{0xd8}, std::byte{0xff}}), HasSubstr("neither PNG nor TIFF"));
  EXPECT_THAT(ErrorOf({}), HasSubstr("neither PNG nor TIFF"));
  std::vector<std::byte> cut = *EncodeLabelPng16(Sample());
  cut.resize(cut.size() - 20);
  EXPECT_THAT(ErrorOf(cut), HasSubstr("damaged"));
}

/// TIFFs that Pillow writes: `script` fills `pixels`, an array of 3 x 4, and may set `options`.
std::vector<std::byte> PillowTiff(const std::string& script) {
  const auto folder = std::filesystem::temp_directory_path() / ("labels." + ObjectId::Generate().ToString());
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "make.py") << "import numpy, sys\nfrom PIL import Image\noptions = {}\n"
                                    << script << "\nImage.fromarray(pixels).save(sys.argv[1], 'TIFF', **options)\n";
  const std::string path = folder / "a.tif";
  const std::string command = "/usr/bin/python3 '" + (folder / "make.py").string() + "' '" + path + "'";
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::vector<std::byte> bytes = *ReadAll(**FileSource::Open(path), 1 << 20);
  std::filesystem::remove_all(folder);
  return bytes;
}

constexpr const char* kPixels = "pixels = numpy.array([[0, 1, 1, 0], [2, 2, 0, 3], [0, 0, 3, 3]], dtype=numpy.";

TEST(DecodeLabels, ReadsTiffsOfOtherPrograms) {
  for (const std::string type :
       {"uint8)", "uint16)", "int32)", "float32)", "uint16)\noptions = {'compression': 'lzma'}",
        "uint16)\noptions = {'compression': 'tiff_lzw'}"}) {
    MemorySource file(PillowTiff(kPixels + type));
    const Result<LabelImage> labels = DecodeLabels(file, {.size = std::pair(3, 4)});
    ASSERT_TRUE(labels) << type << ": " << labels.error().message;
    EXPECT_EQ(labels->labels, Sample().labels) << type;
  }
}

TEST(DecodeLabels, RefusesWhatAreNoLabels) {
  const std::string pixels = kPixels;
  EXPECT_THAT(ErrorOf(PillowTiff(pixels + "int32)\npixels[1, 2] = -1")), HasSubstr("negative number"));
  EXPECT_THAT(ErrorOf(PillowTiff(pixels + "float32)\npixels[2, 2] = 1.5")), HasSubstr("not whole, in row 3"));
  EXPECT_THAT(ErrorOf(PillowTiff(pixels + "float32)\npixels[2, 2] = numpy.nan")), HasSubstr("not whole"));
  EXPECT_THAT(ErrorOf(PillowTiff(pixels + "float32)\npixels[2, 2] = 1e9")), HasSubstr("not whole"));
  EXPECT_THAT(ErrorOf(PillowTiff(pixels + "uint8)\npixels = numpy.stack([pixels] * 3, -1)")),
              HasSubstr("several channels"));
  EXPECT_THAT(ErrorOf(PillowTiff(pixels + "uint8)\noptions = {'save_all': True, 'append_images': "
                                          "[Image.fromarray(pixels)]}")),
              HasSubstr("several pages"));
  EXPECT_THAT(ErrorOf(PillowTiff(pixels + "uint8) > 0")), HasSubstr("samples of 1 bits"));
}

TEST(FirstMissingLabel, FindsTheFirstGap) {
  EXPECT_EQ(FirstMissingLabel(Sample()), std::nullopt);
  EXPECT_EQ(FirstMissingLabel(LabelImage(2, 2)), std::nullopt);
  EXPECT_EQ(FirstMissingLabel(Sample(4)), 3U);
  EXPECT_EQ(FirstMissingLabel(Sample(4'000'000'000)), 3U);
  LabelImage full(1, 2);
  full.labels = {1, 2};
  EXPECT_EQ(FirstMissingLabel(full), std::nullopt);
  full.labels = {2, 7};
  EXPECT_EQ(FirstMissingLabel(full), 1U);
}

}  // namespace
}  // namespace intelliclinix::image
