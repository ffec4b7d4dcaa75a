#include "http/content_coding.h"

#include <gtest/gtest.h>

namespace intelliclinix::http {
namespace {

TEST(ContentCoding, GzipIsTakenWhereItStands) {
  for (const char* header : {"gzip", "GZIP", "gzip, deflate, br", "br;q=1.0 , gzip;q=0.8", "x-gzip", "*", "deflate, *",
                             "gzip;q=0.001", "gzip; q=1", "identity;q=0, gzip"}) {
    EXPECT_TRUE(AcceptsGzip(header)) << header;
  }
}

TEST(ContentCoding, GzipIsNotTakenElsewhere) {
  for (const char* header : {"", "br", "identity", "gzip;q=0", "gzip;q=0.000", "gzip; Q=0.", "gzip;q=0, *", "*;q=0",
                             "gzipped", "gzip;", "gzip;level=9", ",", ";q=1"}) {
    EXPECT_FALSE(AcceptsGzip(header)) << header;
  }
}

}  // namespace
}  // namespace intelliclinix::http
