// Stacks: which page becomes which channel of which plane, and what is refused.
#include "image/tiff_stack.h"

#include <numeric>

#include <gmock/gmock.h>

#include "image/made_files_test.h"
#include "image/tiff_pages.h"

namespace intelliclinix::image::testing {
namespace {

using ::testing::HasSubstr;

/// Pages of 2 x 3 pixels that hold nothing but their own number.
Bytes NumberedPages(TiffFileSpec file) {
  file.height = 2;
  file.width = 3;
  Bytes samples;
  for (int page = 0; page < file.pages; ++page) {
    for (int i = 0; i < 6 * file.channels; ++i)
      samples.push_back(static_cast<std::byte>(10 * page + i % file.channels));
  }
  return MakeTiff(file, samples);
}

ImageHeader HeaderOf(const Bytes& bytes, const std::string& axes = "") {
  MemorySource file{std::span<const std::byte>(bytes)};
  const Result<ImageHeader> header = Check(file, {}, axes);
  EXPECT_TRUE(header.has_value()) << header.error().message;
  return header ? *header : ImageHeader();
}

/// The first pixel of a plane.
std::vector<double> PixelOf(const Bytes& bytes, PlaneRequest request) {
  std::vector<double> samples = Samples(DecodeGood(bytes, {}, request));
  samples.resize(samples.size() / 6);
  return samples;
}

std::string Ome(const std::string& pixels, const std::string& inside = "") {
  return R"(<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">)"
         R"(<Image ID="Image:0"><Pixels ID="Pixels:0" SizeX="3" SizeY="2" Type="uint8" )" +
         pixels + ">" + inside + "</Pixels></Image></OME>";
}

std::string Refusal(const std::string& description, int pages) {
  return DecodeBad(NumberedPages({.pages = pages, .description = description})).message;
}

TEST(TiffStackTest, AsksWhatThePagesAre) {
  const Bytes bytes = NumberedPages({.pages = 5});
  const Error error = DecodeBad(bytes);
  EXPECT_EQ("axes", error.field);
  EXPECT_EQ(
      "The file holds 5 pages and does not say what they are: channels, planes in depth, or points in time? Give "
      "'axes': CYX, ZYX or TYX.",
      error.message);
  EXPECT_EQ("axes", DecodeBad(bytes, {}, {.axes = "YX"}).field);
  EXPECT_EQ("axes", DecodeBad(bytes, {}, {.axes = "ZCYX"}).field);
  EXPECT_EQ("axes", DecodeBad(bytes, {}, {.axes = "five"}).field);
}

TEST(TiffStackTest, TakesAPersonsWordForPagesThatNobodyExplains) {
  const Bytes bytes = NumberedPages({.pages = 5});
  EXPECT_EQ(5, HeaderOf(bytes, "ZYX").depth);
  EXPECT_EQ(5, HeaderOf(bytes, "TYX").times);
  EXPECT_EQ(5, HeaderOf(bytes, "CYX").channels);
  EXPECT_EQ("CYX", HeaderOf(bytes, "CYX").axes);
  EXPECT_EQ((std::vector<double>{30}), PixelOf(bytes, {.axes = "ZYX", .plane = {.z = 3}}));
  EXPECT_EQ((std::vector<double>{0, 10, 20, 30, 40}), PixelOf(bytes, {.axes = "CYX"}));
  EXPECT_THAT(DecodeBad(bytes, {.max_channels = 4}, {.axes = "CYX"}).message, HasSubstr("5 channels"));
  EXPECT_EQ("YX", HeaderOf(NumberedPages({}), "ZYX").axes);
}

TEST(TiffStackTest, KeepsTheSamplesOfAPixelAsChannels) {
  const Bytes bytes = NumberedPages({.channels = 3, .photometric = 2, .pages = 2});
  EXPECT_EQ("ZYXC", HeaderOf(bytes, "ZYX").axes);
  EXPECT_EQ((std::vector<double>{10, 11, 12}), PixelOf(bytes, {.axes = "ZYX", .plane = {.z = 1}}));
  EXPECT_EQ("CYXS", HeaderOf(bytes, "CYX").axes);
  EXPECT_EQ((std::vector<double>{0, 1, 2, 10, 11, 12}), PixelOf(bytes, {.axes = "CYXS"}));
}

TEST(TiffStackTest, ReadsHyperstacksOfImagej) {
  const Bytes bytes = NumberedPages(
      {.pages = 12,
       .description = "ImageJ=1.54f\nimages=12\nchannels=2\nslices=3\nframes=2\nhyperstack=true\nunit=\\u00B5m\n",
       .resolution = 1 / 0.325F});
  const ImageHeader header = HeaderOf(bytes);
  EXPECT_EQ("TZCYX", header.axes);
  EXPECT_EQ(3, header.depth);
  EXPECT_EQ(2, header.times);
  EXPECT_EQ(0.325, header.pixel_size_um->x);
  EXPECT_EQ(0.325, header.pixel_size_um->y);
  EXPECT_EQ((std::vector<double>{100, 110}), PixelOf(bytes, {.plane = {.z = 2, .t = 1}}));
  EXPECT_THAT(DecodeBad(bytes, {}, {.axes = "ZTCYX"}).message, HasSubstr("T 2, Z 3, C 2"));
  MemorySource file{std::span<const std::byte>(bytes)};
  EXPECT_THAT(Decode(file, {}, {.plane = {.z = 3}}).error().message, HasSubstr("3 in z"));
  EXPECT_EQ(2, DecodeGood(bytes, {}, {.axes = "TZCYX"}).channels);
}

TEST(TiffStackTest, ReadsWhatIsSaidOfAPageWithSmallerCopies) {
  const TiffFileSpec file{.height = 2,
                          .width = 3,
                          .pages = 3,
                          .reduced_pages = true,
                          .description = "ImageJ=1.54f\nimages=1\nunit=um\n",
                          .resolution = 4};
  const ImageHeader header = HeaderOf(MakeTiff(file, Bytes(6)));
  ASSERT_TRUE(header.pixel_size_um.has_value());
  EXPECT_EQ(0.25, header.pixel_size_um->x);
}

TEST(TiffStackTest, LetsAPersonCallSlicesChannels) {
  const Bytes bytes = NumberedPages({.pages = 3, .description = "ImageJ=1.54f\nimages=3\nslices=3\n"});
  EXPECT_EQ("ZYX", HeaderOf(bytes).axes);
  EXPECT_EQ((std::vector<double>{0, 10, 20}), PixelOf(bytes, {.axes = "CYX"}));
}

TEST(TiffStackTest, ReadsPlanesThatImagejKeepsWithoutDirectories) {
  for (const char* mode : {"wl", "wb"}) {
    const TiffFileSpec file{.height = 1,
                            .width = 2,
                            .bits = 16,
                            .rows_per_strip = 1,
                            .mode = mode,
                            .description = "ImageJ=1.54f\nimages=3\nframes=3\n"};
    Bytes bytes = MakeTiff(file, BytesOf<std::uint16_t>({1, 2}));
    const bool big = mode[1] == 'b';
    const auto word = [&](int value) {
      const auto high = static_cast<std::byte>(value >> 8);
      const auto low = static_cast<std::byte>(value & 0xff);
      return big ? Bytes{high, low} : Bytes{low, high};
    };
    const std::size_t moved = bytes.size();
    Bytes pixels;
    for (const int value : {1, 2, 258, 4, 5, 6}) {
      const Bytes two = word(value);
      pixels.insert(pixels.end(), two.begin(), two.end());
    }
    bytes.insert(bytes.end(), pixels.begin(), pixels.end());
    // The planes stand at the end; the entry of tag 273 tells where they begin.
    const Bytes tag = word(273);
    const auto at = std::search(bytes.begin() + 8, bytes.end(), tag.begin(), tag.end()) + 8;
    const Bytes offset = word(static_cast<int>(moved));
    const Bytes zero(2);
    std::ranges::copy(big ? zero : offset, at);
    std::ranges::copy(big ? offset : zero, at + 2);
    EXPECT_EQ((std::vector<double>{258, 4}), Samples(DecodeGood(bytes, {}, {.plane = {.t = 1}}))) << mode;
    EXPECT_EQ(3, HeaderOf(bytes).times);
    bytes.resize(bytes.size() - 1);
    EXPECT_THAT(DecodeBad(bytes).message, HasSubstr("3 planes, and the file holds fewer"));
  }
}

TEST(TiffStackTest, ReadsWhatTifffileSaysOfItsArray) {
  const Bytes named = NumberedPages({.pages = 6, .description = R"({"shape": [3, 2, 2, 3], "axes": "ZCYX"})"});
  EXPECT_EQ("ZCYX", HeaderOf(named).axes);
  EXPECT_EQ((std::vector<double>{40, 50}), PixelOf(named, {.plane = {.z = 2}}));
  const Bytes nameless = NumberedPages({.pages = 6, .description = R"({"shape": [3, 2, 2, 3]})"});
  EXPECT_THAT(DecodeBad(nameless).message, HasSubstr("6 pages (3 x 2)"));
  EXPECT_EQ((std::vector<double>{20, 30}), PixelOf(nameless, {.axes = "TCYX", .plane = {.t = 1}}));
  const Bytes wrong = NumberedPages({.pages = 2, .description = R"({"shape": [3, 2, 2, 3]})"});
  EXPECT_THAT(DecodeBad(wrong).message, HasSubstr("2 pages and does not say"));
}

TEST(TiffStackTest, ReadsOmeXml) {
  const std::string pixels =
      R"(DimensionOrder="XYZCT" SizeC="2" SizeZ="3" SizeT="1" PhysicalSizeX="325" PhysicalSizeXUnit="nm" PhysicalSizeY="0.65")";
  const std::string channels = R"(<Channel Name="DAPI &amp; more"/><Channel Name="GFP"/>)";
  const Bytes bytes = NumberedPages({.pages = 6, .description = Ome(pixels, channels + "<TiffData/>")});
  const ImageHeader header = HeaderOf(bytes);
  EXPECT_EQ("CZYX", header.axes);
  EXPECT_EQ((std::vector<std::string>{"DAPI & more", "GFP"}), header.channel_names);
  EXPECT_DOUBLE_EQ(0.325, header.pixel_size_um->x);
  EXPECT_DOUBLE_EQ(0.65, header.pixel_size_um->y);
  EXPECT_EQ((std::vector<double>{20, 50}), PixelOf(bytes, {.plane = {.z = 2}}));
}

TEST(TiffStackTest, FindsPlanesWhereOmeXmlPutsThem) {
  const std::string pixels =
      R"(DimensionOrder="XYCZT" SizeC="1" SizeZ="3" SizeT="1" PhysicalSizeX="2" PhysicalSizeY="2" PhysicalSizeXUnit="pixel")";
  const std::string data = R"(<TiffData IFD="2" FirstZ="0"/><TiffData IFD="0" FirstZ="1" PlaneCount="2"/>)";
  const Bytes bytes = NumberedPages({.pages = 3, .description = Ome(pixels, data)});
  EXPECT_EQ((std::vector<double>{20}), PixelOf(bytes, {.plane = {.z = 0}}));
  EXPECT_EQ((std::vector<double>{10}), PixelOf(bytes, {.plane = {.z = 2}}));
  EXPECT_FALSE(HeaderOf(bytes).pixel_size_um.has_value());
}

TEST(TiffStackTest, RefusesOmeXmlThatContradictsTheFile) {
  const std::string sizes = R"(DimensionOrder="XYCZT" SizeC="1" SizeZ="2" SizeT="1")";
  EXPECT_THAT(Refusal(Ome(sizes), 3), HasSubstr("tells of 2 planes, and the file has 3 pages"));
  EXPECT_THAT(Refusal(Ome(sizes), 1), HasSubstr("tells of 2 planes, and the file has 1 page."));
  EXPECT_THAT(Refusal(Ome(sizes, R"(<TiffData IFD="1" PlaneCount="2"/>)"), 2), HasSubstr("a page 3"));
  EXPECT_THAT(Refusal(Ome(sizes, R"(<TiffData IFD="1"/>)"), 2), HasSubstr("2 planes, and the file has pages for 1"));
  EXPECT_THAT(Refusal(Ome(sizes, R"(<TiffData IFD="0"/><TiffData IFD="0" FirstZ="1"/>)"), 2),
              HasSubstr("several planes in page 1"));
  EXPECT_THAT(Refusal(Ome(sizes, R"(<TiffData IFD="0" FirstZ="7"/>)"), 2), HasSubstr("outside of its own sizes"));
  EXPECT_THAT(Refusal(Ome(sizes, R"(<Channel SamplesPerPixel="3"/>)"), 2), HasSubstr("3 samples a pixel"));
  std::string wide = Ome(sizes);
  wide.replace(wide.find("SizeX=\"3\""), 9, "SizeX=\"9\"");
  EXPECT_THAT(Refusal(wide, 2), HasSubstr("9 x 2 pixels, and the file has 3 x 2"));
  std::string deep = Ome(sizes);
  deep.replace(deep.find("uint8"), 5, "float");
  EXPECT_THAT(Refusal(deep, 2), HasSubstr("'float', and the file has uint8"));
}

TEST(TiffStackTest, RefusesDescriptionsOfImagejThatContradictTheFile) {
  EXPECT_THAT(Refusal("ImageJ=1.54f\nimages=4\nslices=2\n", 4), HasSubstr("contradicts"));
  EXPECT_THAT(Refusal("ImageJ=1.54f\nimages=4\nslices=4\n", 3), HasSubstr("the file has 3 pages"));
  EXPECT_THAT(Refusal("ImageJ=1.54f\nimages=3\n", 3), HasSubstr("does not say what they are"));
}

TEST(TiffStackTest, ProjectsDepth) {
  const Bytes bytes = NumberedPages({.pages = 3, .description = "ImageJ=1.54f\nimages=3\nslices=3\n"});
  EXPECT_EQ((std::vector<double>{20}), PixelOf(bytes, {.projection = ZProjection::kMax}));
  EXPECT_EQ((std::vector<double>{10}), PixelOf(bytes, {.projection = ZProjection::kMean}));
  const TiffFileSpec file{.height = 1,
                          .width = 2,
                          .bits = 32,
                          .format = 3,
                          .pages = 2,
                          .description = "ImageJ=1.54f\nimages=2\nslices=2\n"};
  const Bytes floats = MakeTiff(file, BytesOf<float>({-1, -4, -2, 1}));
  EXPECT_EQ((std::vector<double>{-1, 1}), Samples(DecodeGood(floats, {}, {.projection = ZProjection::kMax})));
  EXPECT_EQ((std::vector<double>{-1.5, -1.5}), Samples(DecodeGood(floats, {}, {.projection = ZProjection::kMean})));
  EXPECT_EQ(6u, DecodeGood(NumberedPages({}), {}, {.projection = ZProjection::kMax}).pixel_count());
}

/// The offset of the directory that follows the `n`-th, and where it is written. Classic TIFF, little-endian.
std::size_t NextOffsetAt(const Bytes& bytes, int n) {
  const auto number = [&](std::size_t at, int count) {
    std::size_t value = 0;
    for (int i = count; i-- > 0;) value = value << 8 | std::to_integer<std::size_t>(bytes[at + i]);
    return value;
  };
  std::size_t at = 4;
  for (int i = 0; i <= n; ++i) {
    const std::size_t directory = number(at, 4);
    at = directory + 2 + 12 * number(directory, 2);
  }
  return at;
}

TEST(TiffStackTest, RefusesDirectoriesInALoop) {
  for (const int last : {0, 2}) {
    Bytes bytes = NumberedPages({.mode = "wl", .pages = 3});
    std::copy_n(bytes.begin() + 4, 4, bytes.begin() + static_cast<std::ptrdiff_t>(NextOffsetAt(bytes, last)));
    const std::string message = DecodeBad(bytes, {}, {.axes = "ZYX"}).message;
    EXPECT_THAT(message, HasSubstr("loop")) << message;
  }
}

TEST(TiffStackTest, RefusesPagesThatDiffer) {
  Bytes bytes = NumberedPages({.mode = "wl", .pages = 3});
  const std::size_t second = NextOffsetAt(bytes, 0);
  const auto tag = std::array{std::byte{1}, std::byte{1}, std::byte{3}};  // 257, the height
  const auto at =
      std::search(bytes.begin() + static_cast<std::ptrdiff_t>(second) + 4, bytes.end(), tag.begin(), tag.end());
  ASSERT_NE(bytes.end(), at);
  at[8] = std::byte{1};
  const std::string message = DecodeBad(bytes, {}, {.axes = "ZYX"}).message;
  EXPECT_THAT(message, HasSubstr("the first has 3 x 2 pixels of 1 x 8-bit unsigned integer, page 2 has 3 x 1"));
}

TEST(TiffStackTest, RefusesTooManyPages) {
  const TiffFileSpec file{.pages = kMaxTiffPages + 1};
  const Error error = DecodeBad(MakeTiff(file, Bytes(1)), {}, {.axes = "TYX"});
  EXPECT_EQ(ErrorCode::kTooLarge, error.code);
  EXPECT_THAT(error.message, HasSubstr("more than 20,000 pages"));
}

}  // namespace
}  // namespace intelliclinix::image::testing
