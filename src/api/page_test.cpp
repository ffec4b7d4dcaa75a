#include "api/page.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "api/api_fixture_test.h"

namespace intelliclinix::api::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PageTest : public ::testing::Test {
 protected:
  http::Response Get(const std::string& path, const std::string& accepts = "") {
    return api.Call({.method = "GET", .path = path, .headers = {{"Accept-Encoding", accepts}}});
  }

  TestApi api;
};

std::string Unpack(const std::string& packed) {
  std::string text(1 << 24, '\0');
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

TEST_F(PageTest, IsThereWithoutAToken) {
  const http::Response response = Get("/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Get("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(response.headers.Get("Cache-Control"), "no-cache");
  EXPECT_THAT(BodyText(response), HasSubstr("<!doctype html>"));
  EXPECT_THAT(BodyText(response), HasSubstr("/assets/"));
}

TEST_F(PageTest, LetsNothingInFromElsewhere) {
  const http::Response response = Get("/");
  const std::string policy(response.headers.Get("Content-Security-Policy"));
  EXPECT_THAT(policy, HasSubstr("default-src 'none'; script-src 'self'; style-src 'self';"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_THAT(BodyText(response), Not(HasSubstr("style=")));
  EXPECT_THAT(BodyText(response), Not(HasSubstr("//cdn")));
}

TEST_F(PageTest, NamesOnlyFilesThatAreThere) {
  const std::string page = BodyText(Get("/"));
  int named = 0;
  for (std::size_t at = page.find("\"/assets/"); at != std::string::npos; at = page.find("\"/assets/", at + 1)) {
    const std::string path = page.substr(at + 1, page.find('"', at + 1) - at - 1);
    const http::Response response = Get(path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.headers.Get("Cache-Control"), "public, max-age=31536000, immutable") << path;
    ++named;
  }
  EXPECT_GT(named, 0);
  EXPECT_EQ(Get("/favicon.svg").headers.Get("Content-Type"), "image/svg+xml; charset=utf-8");
}

TEST_F(PageTest, IsCompressedForThoseWhoTakeIt) {
  const http::Response plain = Get("/");
  const http::Response packed = Get("/", "gzip, deflate, br");
  EXPECT_FALSE(plain.headers.Has("Content-Encoding"));
  EXPECT_EQ(packed.headers.Get("Content-Encoding"), "gzip");
  EXPECT_NE(plain.headers.Get("ETag"), packed.headers.Get("ETag"));
  for (const http::Response* response : {&plain, &packed}) EXPECT_EQ(response->headers.Get("Vary"), "Accept-Encoding");
  EXPECT_EQ(Unpack(BodyText(packed)), BodyText(plain));
}

TEST_F(PageTest, PicturesAreNotPackedAgain) {
  const auto example =
      std::ranges::find_if(EmbeddedPage(), [](const PageFile& file) { return file.path.starts_with("/examples/"); });
  ASSERT_NE(example, EmbeddedPage().end());
  const http::Response response = Get(std::string(example->path), "gzip");
  EXPECT_EQ(response.headers.Get("Content-Type"), "image/png");
  EXPECT_FALSE(response.headers.Has("Content-Encoding"));
  EXPECT_EQ(BodyText(response), ExampleBytes(std::string(example->path.substr(sizeof "/examples"))));
}

TEST_F(PageTest, AFileThatIsNotThereIsNotFound) {
  const http::Response response = Get("/assets/older.js");
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(BodyText(response), HasSubstr("Load the page again"));
  EXPECT_EQ(Get("/examples/assets").status, 404);
}

}  // namespace
}  // namespace intelliclinix::api::testing
