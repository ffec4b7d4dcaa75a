// GET /api/files/{id}/view, /tiles and /thumbnail.
#include <algorithm>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "api/api_fixture_test.h"
#include "api/sample_images_test.h"

namespace intelliclinix::api {
namespace {

using testing::BodyJson;
using testing::BodyText;
using ::testing::HasSubstr;

class ViewsTest : public ::testing::Test {
 protected:
  /// The path of an uploaded image.
  std::string Upload(const std::string& name, const std::string& bytes) {
    const Json made = BodyJson(api_.Call({.method = "POST",
                                          .path = "/api/datasets/upload",
                                          .token = ada_.token,
                                          .body = testing::FormBody({{"name", "n"}}, {{name, bytes}}),
                                          .content_type = std::string(testing::kFormType)}));
    const Json dataset = BodyJson(Get("/api/datasets/" + made.at("dataset_id").get<std::string>()));
    return "/api/files/" + dataset.at("files").at(0).at("gridfs_id").get<std::string>();
  }
  std::string UploadExample(const std::string& name) { return Upload(name, testing::ExampleBytes(name)); }

  http::Response Get(const std::string& path, const std::string& encoding = "") {
    return api_.Call({.method = "GET", .path = path, .token = ada_.token, .headers = {{"Accept-Encoding", encoding}}});
  }

  void ExpectRefused(const std::string& path, int status, std::string_view field, const std::string& text) {
    const http::Response response = Get(path);
    EXPECT_EQ(response.status, status) << BodyText(response);
    EXPECT_EQ(BodyJson(response).value("field", ""), field) << path;
    EXPECT_THAT(BodyJson(response).value("error", ""), HasSubstr(text)) << path;
  }

  testing::TestApi api_;
  const testing::Person ada_ = api_.AddPerson("ada");
};

TEST_F(ViewsTest, OfAGreyImage) {
  const http::Response response = Get(UploadExample("fluorescence_dapi_520x696.png") + "/view");
  ASSERT_EQ(response.status, 200) << BodyText(response);
  const Json view = BodyJson(response);
  EXPECT_EQ(view.at("kind"), "image");
  EXPECT_EQ(view.at("width"), 696);
  EXPECT_EQ(view.at("height"), 520);
  EXPECT_EQ(view.at("tile_size"), 256);
  EXPECT_EQ(view.at("levels"), 3);
  EXPECT_EQ(view.at("sample"), "uint8");
  EXPECT_EQ(view.at("rgb"), false);
  EXPECT_EQ(view.at("stretched"), false);
  EXPECT_EQ(view.at("depth"), 1);
  EXPECT_EQ(view.at("pixel_size_um"), Json());
  ASSERT_EQ(view.at("channels").size(), 1U);
  const Json& channel = view.at("channels").at(0);
  EXPECT_EQ(channel.at("color"), "#ffffff");
  EXPECT_LE(channel.at("minimum"), channel.at("low"));
  EXPECT_LT(channel.at("low"), channel.at("high"));
  EXPECT_LE(channel.at("high"), channel.at("maximum"));
  const std::vector<int> histogram = channel.at("histogram");
  EXPECT_EQ(histogram.size(), 256U);
  EXPECT_EQ(std::accumulate(histogram.begin(), histogram.end(), 0), 696 * 520);
  EXPECT_EQ(response.headers.Get("Cache-Control"), "private, max-age=31536000, immutable");
  EXPECT_TRUE(response.headers.Has("ETag"));
}

TEST_F(ViewsTest, OfColours) {
  const std::string path = UploadExample("histology_he_256x320.png");
  const Json view = BodyJson(Get(path + "/view"));
  EXPECT_EQ(view.at("rgb"), true);
  EXPECT_EQ(view.at("channels").at(0).at("name"), "Red");
  EXPECT_EQ(view.at("channels").at(2).at("color"), "#0000ff");
  const std::string all = BodyText(Get(path + "/tiles/0/1/0"));
  EXPECT_EQ(all.size(), 3U * 256 * 64) << "an edge tile of three planes";
  const std::string two = BodyText(Get(path + "/tiles/0/1/0?channels=2,0"));
  EXPECT_EQ(two, all.substr(2 * 256 * 64) + all.substr(0, 256 * 64));
}

TEST_F(ViewsTest, TilesAreTheSamplesOfTheFile) {
  const std::string path = Upload("grey.tif", testing::Tiff16(300, 10));
  EXPECT_EQ(BodyJson(Get(path + "/view")).at("sample"), "uint16");
  const http::Response tile = Get(path + "/tiles/0/0/0");
  EXPECT_EQ(tile.headers.Get("Content-Type"), "application/octet-stream");
  EXPECT_EQ(tile.headers.Get("Vary"), "Accept-Encoding");
  EXPECT_EQ(BodyText(tile).size(), 256U * 10 * 2);
  EXPECT_EQ(BodyText(Get(path + "/tiles/0/1/0")).size(), 44U * 10 * 2);
  EXPECT_EQ(BodyText(Get(path + "/tiles/1/0/0")).size(), 150U * 5 * 2);
  const std::string bytes = BodyText(api_.Call({.method = "GET", .path = path, .token = ada_.token}));
  EXPECT_THAT(bytes, HasSubstr(BodyText(tile).substr(0, 512))) << "the first row as it is in the file";
}

TEST_F(ViewsTest, TilesAreCompressedForThoseWhoTakeIt) {
  const std::string path = UploadExample("fluorescence_small_256x256.png") + "/tiles/0/0/0";
  const http::Response plain = Get(path);
  const http::Response packed = Get(path, "gzip");
  EXPECT_FALSE(plain.headers.Has("Content-Encoding"));
  EXPECT_EQ(packed.headers.Get("Content-Encoding"), "gzip");
  EXPECT_NE(plain.headers.Get("ETag"), packed.headers.Get("ETag"));
  const std::string bytes = BodyText(packed);
  EXPECT_LT(bytes.size(), BodyText(plain).size());
  std::string unpacked(256 * 256 + 1, '\0');
  z_stream stream{};
  ASSERT_EQ(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(unpacked.data());
  stream.avail_out = static_cast<uInt>(unpacked.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  unpacked.resize(stream.total_out);
  inflateEnd(&stream);
  EXPECT_EQ(unpacked, BodyText(plain));
}

TEST_F(ViewsTest, WhatIsNotThereIsNotFound) {
  const std::string path = UploadExample("fluorescence_small_256x256.png");
  for (const char* tile : {"0/1/0", "0/0/1", "1/0/0", "-1/0/0", "a/0/0", "0/99999999999/0"}) {
    EXPECT_EQ(Get(path + "/tiles/" + tile).status, 404) << tile;
  }
  ExpectRefused(path + "/tiles/0/0/0?z=1", 404, "", "no such plane");
  ExpectRefused(path + "/tiles/0/0/0?t=1", 404, "", "no such plane");
}

TEST_F(ViewsTest, PlanesMadeOneAreTilesOfTheirOwn) {
  const std::string path = UploadExample("fluorescence_small_256x256.png") + "/tiles/0/0/0";
  const http::Response plane = Get(path);
  for (const char* depth : {"max", "mean"}) {
    const http::Response projected = Get(path + "?z=" + depth);
    EXPECT_EQ(BodyText(projected), BodyText(plane)) << "the file has one plane";
    EXPECT_NE(projected.headers.Get("ETag"), plane.headers.Get("ETag"));
  }
}

TEST_F(ViewsTest, BadParametersAreNamed) {
  const std::string path = UploadExample("fluorescence_small_256x256.png");
  for (const char* channels : {"x", "0,0", "0,", ",0", "-1", "0;1"}) {
    ExpectRefused(path + "/tiles/0/0/0?channels=" + channels, 400, "channels", "numbers from 0 on");
  }
  ExpectRefused(path + "/tiles/0/0/0?channels=1", 400, "channels", "the image has 1");
  for (const char* depth : {"x", "-1", "maximum", ""}) {
    ExpectRefused(path + "/tiles/0/0/0?z=" + std::string(depth), 400, "z", "'max' or 'mean'");
  }
  ExpectRefused(path + "/tiles/0/0/0?t=-1", 400, "t", "whole number");
  for (const char* size : {"31", "513", "x", ""}) {
    EXPECT_EQ(Get(path + "/thumbnail?size=" + size).status, 400) << size;
  }
}

TEST_F(ViewsTest, Thumbnails) {
  const std::string path = UploadExample("fluorescence_dapi_520x696.png") + "/thumbnail";
  const http::Response small = Get(path + "?size=32");
  EXPECT_EQ(small.status, 200);
  EXPECT_EQ(small.headers.Get("Content-Type"), "image/png");
  EXPECT_TRUE(BodyText(small).starts_with("\x89PNG"));
  EXPECT_EQ(BodyText(small).substr(16, 8), std::string("\0\0\0\x20\0\0\0\x18", 8)) << "32 x 24";
  EXPECT_EQ(BodyText(Get(path)).substr(16, 4), std::string("\0\0\1\0", 4)) << "256 wide";
  EXPECT_EQ(BodyText(Get(path + "?size=32")), BodyText(small));
}

TEST_F(ViewsTest, OfAStackWhoseAxesAPersonTold) {
  std::string stack = testing::Tiff16(20, 10);
  const http::Response made = api_.Call({.method = "POST",
                                         .path = "/api/datasets/upload",
                                         .token = ada_.token,
                                         .body = testing::FormBody({{"name", "n"}, {"axes", "YX"}}, {{"a.tif", stack}}),
                                         .content_type = std::string(testing::kFormType)});
  EXPECT_EQ(made.status, 201) << BodyText(made);
}

TEST_F(ViewsTest, OfLabels) {
  // What was made for an inference and is grey is a label mask.
  const auto put = [&](std::optional<ObjectId> inference) {
    const auto writer = api_.store
                            .CreateBlob({.owner_id = ada_.user.id,
                                         .filename = "mask.tif",
                                         .content_type = "image/tiff",
                                         .inference_id = inference,
                                         .source_id = {}})
                            .value();
    EXPECT_TRUE(writer->Write(AsBytes(testing::Tiff16(300, 10))));
    return "/api/files/" + writer->Commit().value().id.ToString();
  };
  const Json view = BodyJson(Get(put(ObjectId::Generate()) + "/view"));
  EXPECT_EQ(view.at("kind"), "labels");
  EXPECT_EQ(view.at("sample"), "uint32");
  EXPECT_EQ(view.at("channels"), Json::array());
  EXPECT_GT(view.at("objects"), 0);
  EXPECT_EQ(BodyText(Get(put(ObjectId::Generate()) + "/tiles/0/0/0")).size(), 256U * 10 * 4);
  EXPECT_EQ(BodyJson(Get(put(std::nullopt) + "/view")).at("kind"), "image");
}

}  // namespace
}  // namespace intelliclinix::api
