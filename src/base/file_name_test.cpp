#include "base/file_name.h"

#include <gtest/gtest.h>

namespace intelliclinix {
namespace {

using Split = std::pair<std::string_view, std::string_view>;

TEST(SplitExtension, TakesWhatFollowsTheLastDot) {
  EXPECT_EQ(SplitExtension("a.b.png"), Split("a.b", ".png"));
  EXPECT_EQ(SplitExtension("a"), Split("a", ""));
  EXPECT_EQ(SplitExtension(".hidden"), Split(".hidden", ""));
  EXPECT_EQ(SplitExtension("a."), Split("a", "."));
  EXPECT_EQ(SplitExtension(""), Split("", ""));
}

TEST(FileNameKey, IgnoresCaseInEveryScript) {
  EXPECT_EQ(FileNameKey("Zelle Ä.PNG"), FileNameKey("zelle ä.png"));
  EXPECT_EQ(FileNameKey("КЛЕТКА"), FileNameKey("клетка"));
  EXPECT_EQ(FileNameKey("STRASSE"), FileNameKey("straße"));
  EXPECT_NE(FileNameKey("a.png"), FileNameKey("ä.png"));
  EXPECT_NE(FileNameKey("細胞"), FileNameKey("細"));
}

TEST(FileNameKey, IgnoresHowCharactersAreComposed) {
  EXPECT_EQ(FileNameKey("Zelle \u00c4"), FileNameKey("zelle a\u0308"));
  EXPECT_EQ(FileNameKey("\uac00"), FileNameKey("\u1100\u1161"));
  EXPECT_NE(FileNameKey("x\u00b2"), FileNameKey("x2"));
}

}  // namespace
}  // namespace intelliclinix
