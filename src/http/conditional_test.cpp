#include "http/conditional.h"

#include <gtest/gtest.h>

namespace intelliclinix::http::testing {
namespace {

constexpr std::uint64_t kSize = 1000;

Selection SelectWith(std::string name, std::string value, std::uint64_t size = kSize) {
  Request request;
  request.headers.Add(std::move(name), std::move(value));
  Response response;
  response.headers.Add("ETag", "\"abc\"");
  return Select(request, response, size, true);
}

void ExpectRange(const std::string& range, int status, std::uint64_t first, std::uint64_t count) {
  const Selection selection = SelectWith("Range", range);
  EXPECT_EQ(status, selection.status) << range;
  EXPECT_EQ(first, selection.first) << range;
  EXPECT_EQ(count, selection.count) << range;
}

TEST(ConditionalTest, SelectsRanges) {
  ExpectRange("bytes=0-0", 206, 0, 1);
  ExpectRange("bytes=10-19", 206, 10, 10);
  ExpectRange("Bytes= 990-", 206, 990, 10);
  ExpectRange("bytes=990-5000", 206, 990, 10);
  ExpectRange("bytes=-10", 206, 990, 10);
  ExpectRange("bytes=-5000", 206, 0, kSize);
  ExpectRange("bytes=0-99999999999999999999999", 206, 0, kSize);
}

TEST(ConditionalTest, RefusesRangesPastTheEnd) {
  ExpectRange("bytes=1000-", 416, 0, 0);
  ExpectRange("bytes=99999999999999999999999-", 416, 0, 0);
  ExpectRange("bytes=-0", 416, 0, 0);
  EXPECT_EQ(416, SelectWith("Range", "bytes=-1", 0).status);
}

TEST(ConditionalTest, IgnoresRangesItDoesNotUnderstand) {
  for (const char* range : {"bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=0-1,3-4", "rows=0-1",
                            "bytes=+1-2", "bytes=1--2", "bytes=0x1-2"}) {
    ExpectRange(range, 200, 0, kSize);
  }
}

TEST(ConditionalTest, KnowsWhatTheClientHas) {
  for (const char* match : {"\"abc\"", "*", "W/\"abc\"", "\"x\", \"abc\"", " \"x\" ,W/\"abc\" "}) {
    EXPECT_EQ(304, SelectWith("If-None-Match", match).status) << match;
  }
  for (const char* match : {"\"x\"", "abc", "\"ABC\""}) EXPECT_EQ(200, SelectWith("If-None-Match", match).status);
}

}  // namespace
}  // namespace intelliclinix::http::testing
