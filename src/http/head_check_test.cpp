// Heads that HTTP implementations are known to read differently.
#include "http/head_check.h"

#include <gtest/gtest.h>

namespace intelliclinix::http::testing {
namespace {

/// The status that a head gets; 0 when it is good.
int Verdict(std::string_view head) {
  const std::optional<Problem> problem = CheckHead(head);
  if (!problem) return 0;
  EXPECT_FALSE(problem->detail.empty());
  return problem->status;
}

int VerdictOfFields(const std::string& fields) { return Verdict("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"); }

TEST(HeadCheckTest, TakesGoodHeads) {
  EXPECT_EQ(0, VerdictOfFields(""));
  EXPECT_EQ(0, VerdictOfFields("Content-Length: 5\r\n"));
  EXPECT_EQ(0, VerdictOfFields("content-length:5\t\r\n"));
  EXPECT_EQ(0, VerdictOfFields("Transfer-Encoding: Chunked\r\n"));
  EXPECT_EQ(0, VerdictOfFields("X:\r\nY: \xC3\xA4\r\n"));
  EXPECT_EQ(0, Verdict("GET /a?b=%20 HTTP/1.0\r\n\r\n"));
  EXPECT_EQ(0, Verdict("OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"));
  for (const std::string target : {"http://a/b?c", "HTTP://a", "http://[::1]:80?x", "http://other/"}) {
    EXPECT_EQ(0, Verdict("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n")) << target;
  }
}

TEST(HeadCheckTest, RefusesTwoWaysToFrameABody) {
  EXPECT_EQ(400, VerdictOfFields("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_EQ(400, VerdictOfFields("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"));
  EXPECT_EQ(400, VerdictOfFields("Content-Length: 5\r\nContent-Length: 6\r\n"));
  EXPECT_EQ(400, VerdictOfFields("Content-Length: 5\r\ncontent-length: 5\r\n"));
  EXPECT_EQ(400, VerdictOfFields("Content-Length: 5, 5\r\n"));
  EXPECT_EQ(400, VerdictOfFields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"));
}

TEST(HeadCheckTest, RefusesBadLengthsAndCodings) {
  for (const std::string length : {"", "+5", "-5", "0x5", "5 5", "5a", "99999999999999999999",
                                   "\x0B"
                                   "5"}) {
    EXPECT_EQ(400, VerdictOfFields("Content-Length: " + length + "\r\n")) << length;
  }
  for (const std::string coding : {"xchunked", "chunked, chunked", "gzip, chunked", "identity", "", "chunked;a=b"}) {
    EXPECT_EQ(400, VerdictOfFields("Transfer-Encoding: " + coding + "\r\n")) << coding;
  }
  EXPECT_EQ(400, Verdict("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"));
}

TEST(HeadCheckTest, RefusesFieldsThatAreReadDifferently) {
  EXPECT_EQ(400, VerdictOfFields("Content-Length : 5\r\n"));
  EXPECT_EQ(400, VerdictOfFields("X\t: y\r\n"));
  EXPECT_EQ(400, VerdictOfFields(": y\r\n"));
  EXPECT_EQ(400, VerdictOfFields("no colon\r\n"));
  EXPECT_EQ(400, VerdictOfFields("X: y\r\n folded\r\n"));
  EXPECT_EQ(400, Verdict("GET / HTTP/1.1\r\n Host: a\r\n\r\n"));
}

TEST(HeadCheckTest, RefusesBareLineEndsAndControls) {
  using namespace std::string_literals;
  EXPECT_EQ(400, Verdict("GET / HTTP/1.1\nHost: a\n\n"));
  EXPECT_EQ(400, VerdictOfFields("X: y\n"));
  EXPECT_EQ(400, VerdictOfFields("X: y\rZ: w\r\n"));
  EXPECT_EQ(400, VerdictOfFields("X: a\0b\r\n"s));
  EXPECT_EQ(400, VerdictOfFields("X: a\x7F\r\n"));
  EXPECT_EQ(400, Verdict("GET / HTTP/1.1\r\nHost: a\r\n\n"));
}

TEST(HeadCheckTest, RefusesBadRequestLines) {
  for (const std::string line : {"GET /",
                                 "GET  / HTTP/1.1",
                                 "GET / HTTP/1.1 ",
                                 " GET / HTTP/1.1",
                                 "G(T / HTTP/1.1",
                                 "GET https://a/ HTTP/1.1",
                                 "GET http:/a HTTP/1.1",
                                 "GET http:// HTTP/1.1",
                                 "GET http:///a HTTP/1.1",
                                 "GET http://u:p@a/ HTTP/1.1",
                                 "GET http://a#b HTTP/1.1",
                                 "GET http://a/\xC3\xA4 HTTP/1.1",
                                 "GET ftp://a/ HTTP/1.1",
                                 "GET a HTTP/1.1",
                                 "GET * HTTP/1.1",
                                 "GET /a b HTTP/1.1",
                                 "GET /# HTTP/1.1",
                                 "GET /\xC3\xA4 HTTP/1.1",
                                 "GET / http/1.1",
                                 "GET / HTTP/1"}) {
    EXPECT_EQ(400, Verdict(line + "\r\nHost: a\r\n\r\n")) << line;
  }
  EXPECT_EQ(505, Verdict("GET / HTTP/2.0\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(505, Verdict("GET / HTTP/1.2\r\nHost: a\r\n\r\n"));
}

TEST(HeadCheckTest, WantsOneHost) {
  EXPECT_EQ(400, Verdict("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_EQ(400, VerdictOfFields("host: b\r\n"));
  EXPECT_EQ(400, Verdict("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"));
  EXPECT_EQ(400, Verdict("GET / HTTP/1.1\r\nHost: user@a\r\n\r\n"));
}

TEST(HeadCheckTest, CountsFields) {
  std::string fields;
  for (int i = 0; i < 127; ++i) fields += "X: y\r\n";
  EXPECT_EQ(0, VerdictOfFields(fields));
  EXPECT_EQ(431, VerdictOfFields(fields + "X: y\r\n"));
}

TEST(HeadCheckTest, FindsTheEndOfAHead) {
  EXPECT_EQ(std::nullopt, FindHeadEnd(""));
  EXPECT_EQ(std::nullopt, FindHeadEnd("GET / HTTP/1.1\r\nHost: a\r\n\r"));
  EXPECT_EQ(6u, FindHeadEnd("ab\r\n\r\n"));
  EXPECT_EQ(6u, FindHeadEnd("ab\r\n\r\nbody\r\n\r\n"));
  EXPECT_EQ(4u, FindHeadEnd("ab\n\nbody"));
  EXPECT_EQ(5u, FindHeadEnd("ab\n\r\nbody"));
}

}  // namespace
}  // namespace intelliclinix::http::testing
