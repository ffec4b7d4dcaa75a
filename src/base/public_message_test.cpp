#include "base/public_message.h"

#include <gtest/gtest.h>

namespace intelliclinix {
namespace {

TEST(PublicMessage, PathsAreNotTold) {
  for (const char* text : {"/srv/data/blobs/1: No space left on device", "Cannot write '/srv/data/x'", "open(/tmp/a)",
                           "disk I/O error: /var/lib/intelliclinix.db", "file=/a"}) {
    EXPECT_TRUE(NamesPath(text)) << text;
    EXPECT_FALSE(PublicMessage({ErrorCode::kResourceExhausted, text, ""}).contains("/")) << text;
    EXPECT_FALSE(PublicMessage({ErrorCode::kUnavailable, text, ""}).contains("/")) << text;
    EXPECT_FALSE(PublicMessage({ErrorCode::kInternal, text, ""}).contains("/")) << text;
  }
}

TEST(PublicMessage, OtherMessagesStayAsTheyAre) {
  for (const char* text : {"", "Too many people are logging in.", "Look at /api/inferences/1 then.", "1/2", "and/or",
                           "disk I/O error", "a / b", "image/png"}) {
    EXPECT_FALSE(NamesPath(text)) << text;
    EXPECT_EQ(PublicMessage({ErrorCode::kUnavailable, text, ""}), text);
  }
}

}  // namespace
}  // namespace intelliclinix
