#include "store/rules.h"

#include <gtest/gtest.h>

namespace intelliclinix::store {
namespace {

TEST(CaseKey, FoldsAsciiAndLeavesTheRest) {
  EXPECT_EQ(CaseKey("Ada.LOVE-1@X.org"), "ada.love-1@x.org");
  EXPECT_EQ(CaseKey("ÄÖ"), "ÄÖ");
  EXPECT_EQ(CaseKey("[`{@"), "[`{@");
}

TEST(AllFailedError, NamesTheFirstReason) {
  records::ImageResult first;
  first.source_filename = "a.png";
  first.error = records::InferenceError{"attempts_exhausted", "It was too large."};
  EXPECT_EQ(AllFailedError(1, first).detail, "It was too large.");
  EXPECT_EQ(AllFailedError(3, first).detail, "All 3 images failed. The first: It was too large.");
  EXPECT_EQ(AllFailedError(3, first).code, "attempts_exhausted");
  first.error.reset();
  EXPECT_EQ(AllFailedError(1, first).code, "runner_error");
}

}  // namespace
}  // namespace intelliclinix::store
