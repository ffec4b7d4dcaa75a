// Forms in pieces of every size: what comes out must not depend on where the pieces end.
#include "http/multipart.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/byte_source.h"

namespace intelliclinix::http::testing {
namespace {

/// What a parser makes of a body: "name|filename|type=bytes;" a part, or the error's message.
std::string Read(std::string_view body, std::size_t piece = 1 << 20, MultipartLimits limits = {}) {
  std::string seen;
  MultipartCallbacks callbacks;
  callbacks.on_part = [&](const PartHead& head) -> Status {
    seen += head.name + "|" + head.filename.value_or("(none)") + "|" + head.content_type + "=";
    return {};
  };
  callbacks.on_data = [&](std::span<const std::byte> bytes) -> Status {
    seen.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  };
  callbacks.on_part_end = [&]() -> Status {
    seen += ";";
    return {};
  };
  MultipartParser parser("b", callbacks, limits);
  for (; !body.empty(); body.remove_prefix(std::min(piece, body.size()))) {
    if (Status status = parser.Write(AsBytes(body.substr(0, piece))); !status) return status.error().message;
  }
  const Status status = parser.Finish();
  return status ? seen : status.error().message;
}

std::string Part(std::string_view disposition, std::string_view bytes) {
  return "--b\r\nContent-Disposition: form-data; " + std::string(disposition) + "\r\n\r\n" + std::string(bytes) +
         "\r\n";
}

TEST(MultipartTest, ReadsPartsInPiecesOfAnySize) {
  const std::string body = Part("name=\"kind\"", "nuclei") +
                           "--b\r\ncontent-type: image/png\r\nContent-Disposition: form-data; name=files; "
                           "filename=\"a.png\"\r\n\r\n\r\n--\r\n--a\r--b\r\n" +
                           Part("name=empty", "") + "--b--\r\n";
  const std::string expected = "kind|(none)|=nuclei;files|a.png|image/png=\r\n--\r\n--a\r--b;empty|(none)|=;";
  for (std::size_t piece = 1; piece <= body.size(); ++piece) EXPECT_EQ(expected, Read(body, piece)) << piece;
  EXPECT_EQ(expected, Read(body.substr(0, body.size() - 2)));  // without the last line end
}

TEST(MultipartTest, KeepsNamesAsTheyWereSent) {
  EXPECT_EQ("f|../a \"b\"|=;", Read(Part(R"(name=f; filename="../a \"b\"")", "") + "--b--"));
  EXPECT_EQ("f|a\"b|=;", Read(Part(R"(name=f; filename="a%22b")", "") + "--b--"));
  EXPECT_EQ("f|\xC3\xA4.png|=;", Read(Part("name=f; filename=x; filename*=UTF-8''%C3%A4.png", "") + "--b--"));
}

TEST(MultipartTest, RefusesDamagedForms) {
  const auto damaged = [](const std::string& body) { return Read(body).find("damaged") != std::string::npos; };
  const std::string good = Part("name=f", "x");
  EXPECT_TRUE(damaged(""));
  EXPECT_TRUE(damaged(good));
  EXPECT_TRUE(damaged(good + "--b--\r\nmore"));
  EXPECT_TRUE(damaged(good + "--bx\r\n"));
  EXPECT_TRUE(damaged("preamble\r\n" + good + "--b--"));
  EXPECT_TRUE(damaged("--b\r\nX: y\r\n\r\n\r\n--b--"));
  EXPECT_TRUE(damaged(Part("filename=x", "") + "--b--"));
  EXPECT_TRUE(damaged(Part("name=\"a\xFF\"", "") + "--b--"));
  EXPECT_TRUE(damaged(Part("name=f; filename=\"a%0Ab\"", "") + "--b--"));
  EXPECT_NE(std::string::npos,
            Read("--b\r\nContent-Disposition: form-data; name=f\r\nContent-Transfer-Encoding: base64\r\n\r\n\r\n--b--")
                .find("base64"));
}

TEST(MultipartTest, NamesTheFieldAtFault) {
  const auto field = [](const std::string& disposition) {
    const Result<PartHead> head = ParsePartHead("Content-Disposition: form-data; " + disposition);
    return head ? "" : head.error().field;
  };
  EXPECT_EQ("files", field("name=files; filename=\"a%0Ab\""));
  EXPECT_EQ("files", field("name=files; filename*=UTF-8''%ff"));
  EXPECT_EQ("body", field("name=\"\"; filename=\"a\x01\""));
  EXPECT_EQ("body", field("name=\"a%0Ab\"; filename=a"));
  EXPECT_EQ("body", field("filename=a"));
  MultipartParser parser("b", {});
  EXPECT_EQ("body", parser.Write(AsBytes("no boundary")).error().field);
  MultipartParser cut("b", {});
  EXPECT_EQ("body", cut.Finish().error().field);
}

TEST(MultipartTest, HoldsToItsLimits) {
  const std::string two = Part("name=a", "") + Part("name=b", "") + "--b--";
  EXPECT_EQ("a|(none)|=;b|(none)|=;", Read(two, 100, {.max_parts = 2}));
  EXPECT_NE(std::string::npos, Read(two, 100, {.max_parts = 1}).find("more than 1 parts"));
  const std::string name(200, 'n');
  for (const std::size_t piece : {1, 1000}) {
    EXPECT_NE(std::string::npos, Read(Part("name=" + name, ""), piece, {.max_head_bytes = 200}).find("200 bytes"));
  }
}

TEST(MultipartTest, StopsWithTheErrorOfACallback) {
  MultipartCallbacks callbacks;
  callbacks.on_part = [](const PartHead&) -> Status { return Fail(ErrorCode::kConflict, "taken", "files"); };
  MultipartParser parser("b", callbacks);
  EXPECT_EQ("taken", parser.Write(AsBytes(Part("name=f", "x"))).error().message);
  EXPECT_EQ("taken", parser.Write(AsBytes("more")).error().message);
  EXPECT_EQ("taken", parser.Finish().error().message);
}

TEST(MultipartTest, ReadsTheBoundary) {
  EXPECT_EQ("a b", MultipartBoundary("Multipart/Form-Data; charset=utf-8; boundary=\"a b\""));
  for (const std::string type : {"text/plain; boundary=a", "multipart/form-data", "multipart/form-data; boundary=\"\"",
                                 "multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=\"a\tb\""}) {
    const Result<std::string> boundary = MultipartBoundary(type);
    ASSERT_FALSE(boundary) << type;
    EXPECT_EQ("Content-Type", boundary.error().field);
  }
  EXPECT_FALSE(MultipartBoundary("multipart/form-data; boundary=" + std::string(71, 'a')));
}

}  // namespace
}  // namespace intelliclinix::http::testing
