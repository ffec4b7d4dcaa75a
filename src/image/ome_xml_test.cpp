#include "image/ome_xml.h"

#include <cstring>

#include <gmock/gmock.h>

namespace intelliclinix::image {
namespace {

using ::testing::HasSubstr;

const std::string kPixels =
    R"(<Pixels DimensionOrder="XYCZT" Type="uint8" SizeX="4" SizeY="5" SizeC="1" SizeZ="1" SizeT="1">)";

std::string Document(const std::string& pixels) { return "<OME><Image>" + pixels + "</Image></OME>"; }

std::string Refusal(const std::string& xml) {
  const Result<OmeImage> image = ReadOmeXml(xml);
  return image ? "read" : image.error().message;
}

TEST(OmeXmlTest, ReadsDocumentsWithAPrefixForTheNamespace) {
  const std::string xml =
      R"(<ome:OME xmlns:ome="x"><ome:Image><ome:Pixels DimensionOrder="XYTZC" Type="uint16" SizeX="4" SizeY="5" )"
      R"(SizeC="2" SizeZ="3" SizeT="6"><ome:Channel Name="a"/><ome:TiffData/></ome:Pixels></ome:Image></ome:OME>)";
  EXPECT_TRUE(IsOmeXml(xml));
  const OmeImage image = ReadOmeXml(xml).value();
  EXPECT_EQ(4, image.width);
  EXPECT_EQ(5, image.height);
  EXPECT_EQ("TZC", image.order);
  EXPECT_EQ("a", image.listed.at(0).name);
  EXPECT_EQ(36, image.planes.at(0).count);
}

TEST(OmeXmlTest, ReadsUnits) {
  for (const auto& [unit, micrometres] : {std::pair("nm", 0.002), {"mm", 2000.0}, {"\u00b5m", 2.0}, {"\u03bcm", 2.0}}) {
    std::string pixels = kPixels;
    const std::string sizes = std::string(R"( PhysicalSizeX="2" PhysicalSizeY="2" PhysicalSizeXUnit=")") + unit +
                              R"(" PhysicalSizeYUnit=")" + unit + "\"";
    pixels.insert(pixels.size() - 1, sizes);
    EXPECT_DOUBLE_EQ(micrometres, ReadOmeXml(Document(pixels + "</Pixels>"))->pixel_size->x) << unit;
  }
}

TEST(OmeXmlTest, TakesImpossibleSizesOfPixelsAsUnknown) {
  for (const char* size : {"0", "-1", "nan", "inf", "1e300", "wide", ""}) {
    std::string pixels = kPixels;
    pixels.insert(pixels.size() - 1, std::string(R"( PhysicalSizeX=")") + size + R"(" PhysicalSizeY="1")");
    EXPECT_FALSE(ReadOmeXml(Document(pixels + "</Pixels>"))->pixel_size.has_value()) << size;
  }
}

TEST(OmeXmlTest, LeavesOutNamesThatCannotBeShown) {
  const std::string channels = "<Channel Name=\"\xff\xfe\"/><Channel Name=\"a&#10;b\"/><Channel Name=\"" +
                               std::string(201, 'a') + "\"/><Channel/>";
  const OmeImage image = ReadOmeXml(Document(kPixels + channels + "</Pixels>")).value();
  EXPECT_EQ(4U, image.listed.size());
  for (const OmeChannel& channel : image.listed) EXPECT_EQ("", channel.name);
}

TEST(OmeXmlTest, RefusesEntities) {
  const std::string bomb = R"(<!DOCTYPE OME [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><OME>&b;</OME>)";
  EXPECT_THAT(Refusal(bomb), HasSubstr("document type or entities"));
}

TEST(OmeXmlTest, RefusesTenMegabytes) {
  const Result<OmeImage> image = ReadOmeXml("<OME>" + std::string(10'000'000, ' ') + "</OME>");
  EXPECT_EQ(ErrorCode::kTooLarge, image.error().code);
  EXPECT_THAT(image.error().message, HasSubstr("10,000,011 bytes; at most 8,388,608"));
}

TEST(OmeXmlTest, SaysWhatIsMissing) {
  EXPECT_THAT(Refusal("<OME><Image></OME>"), HasSubstr("not well-formed"));
  EXPECT_THAT(Refusal("<HTML/>"), HasSubstr("not OME-XML"));
  EXPECT_THAT(Refusal("<OME/>"), HasSubstr("no image"));
  EXPECT_THAT(Refusal("<OME><Image/></OME>"), HasSubstr("how its pixels lie"));
  EXPECT_THAT(Refusal("<OME><Image/><Image/></OME>"), HasSubstr("2 images (series)"));
  for (const char* size : {"SizeX=\"4\"", "SizeT=\"1\""}) {
    std::string pixels = kPixels;
    pixels.replace(pixels.find(size), std::strlen(size), std::string(size, 6) + "\"99999999999\"");
    EXPECT_THAT(Refusal(Document(pixels + "</Pixels>")), HasSubstr(std::string(size, 5) + " is missing or no number"));
  }
  std::string order = kPixels;
  order.replace(order.find("XYCZT"), 5, "XYCCC");
  EXPECT_THAT(Refusal(Document(order + "</Pixels>")), HasSubstr("DimensionOrder"));
}

TEST(OmeXmlTest, RefusesImagesOfSeveralFiles) {
  const std::string data = "<TiffData><UUID FileName=\"a.tif\">urn:uuid:1</UUID></TiffData>";
  const std::string other = "<TiffData><UUID FileName=\"b.tif\">urn:uuid:2</UUID></TiffData>";
  EXPECT_TRUE(ReadOmeXml(Document(kPixels + data + "</Pixels>")).has_value());
  EXPECT_THAT(Refusal(Document(kPixels + data + other + "</Pixels>")), HasSubstr("several files"));
}

}  // namespace
}  // namespace intelliclinix::image
