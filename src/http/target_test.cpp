#include "http/target.h"

#include <gtest/gtest.h>

namespace intelliclinix::http::testing {
namespace {

using namespace std::string_literals;

std::string FieldAtFault(std::string_view target) {
  Request request;
  const Status status = ParseTarget(target, request);
  return status ? "" : status.error().field;
}

TEST(TargetTest, DecodesPathAndQuery) {
  Request request;
  ASSERT_TRUE(ParseTarget("/a%20b/%C3%A4?x=1&y=a+b%2B&&z&x=2&=", request));
  EXPECT_EQ("/a b/\xC3\xA4", request.path);
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ((Pairs{{"x", "1"}, {"y", "a b+"}, {"z", ""}, {"x", "2"}, {"", ""}}), request.query);
  EXPECT_EQ("1", request.Query("x"));
  EXPECT_EQ(std::nullopt, request.Query("w"));
}

TEST(TargetTest, KeepsWhatIsNoEscape) {
  Request request;
  ASSERT_TRUE(ParseTarget("/a+b", request));
  EXPECT_EQ("/a+b", request.path);
  ASSERT_TRUE(ParseTarget("*", request));
  EXPECT_EQ("*", request.path);
}

TEST(TargetTest, AUrlIsReadFromItsPathOn) {
  const auto path = [](std::string_view target) {
    Request request;
    EXPECT_TRUE(ParseTarget(target, request)) << target;
    return request.path + "|" + std::string(request.Query("x").value_or("-"));
  };
  EXPECT_EQ("/a b|1", path("http://host:80/a%20b?x=1"));
  EXPECT_EQ("/|-", path("http://host"));
  EXPECT_EQ("/|http://b/c", path("HTTP://host?x=http://b/c"));
  EXPECT_EQ("/http://host|-", path("/http://host"));
  EXPECT_EQ("path", FieldAtFault("http://host/a%2Fb"));
}

TEST(TargetTest, RefusesBadText) {
  for (const char* target : {"/%", "/%4", "/%zz", "/%00", "/%0A", "/%ff", "/%C0%AF", "/a%2Fb", "/a%2f"}) {
    EXPECT_EQ("path", FieldAtFault(target)) << target;
  }
  for (const char* target : {"/?%", "/?a=%4", "/?%ff=1", "/?a=%00"}) EXPECT_EQ("query", FieldAtFault(target)) << target;
}

}  // namespace
}  // namespace intelliclinix::http::testing
