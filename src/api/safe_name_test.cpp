#include "api/safe_name.h"

#include <set>

#include <gtest/gtest.h>

#include "http/text.h"

namespace intelliclinix::api {
namespace {

TEST(SafeFileName, KeepsWhatEverySystemTakes) {
  for (const char* name : {"a.png", "T cell 03.ome.tif", "細胞.png", "naïve.tiff", ".hidden.png", "console.png",
                           "com10.png", "a-b_c(1)[2]{3}#4&5'6.png"}) {
    EXPECT_EQ(SafeFileName(name), name);
  }
}

TEST(SafeFileName, NeverBecomesAPath) {
  EXPECT_EQ(SafeFileName("../../etc/passwd"), ".._.._etc_passwd");
  EXPECT_EQ(SafeFileName("/abs.png"), "_abs.png");
  EXPECT_EQ(SafeFileName("C:\\x.png"), "C__x.png");
  EXPECT_EQ(SafeFileName(".."), "_");
  EXPECT_EQ(SafeFileName("."), "_");
  EXPECT_EQ(SafeFileName(""), "_");
}

TEST(SafeFileName, ReplacesWhatWindowsForbids) {
  EXPECT_EQ(SafeFileName("a:*?\"<>|b.png"), "a_______b.png");
  EXPECT_EQ(SafeFileName("a\nb\x7f.png"), "a_b_.png");
  EXPECT_EQ(SafeFileName(" name. . "), "name");
  EXPECT_EQ(SafeFileName("con"), "_con");
  EXPECT_EQ(SafeFileName("NUL .tar.gz"), "_NUL .tar.gz");
  EXPECT_EQ(SafeFileName("Lpt9.png"), "_Lpt9.png");
  EXPECT_EQ(SafeFileName("COM¹.png"), "_COM¹.png");
  EXPECT_EQ(SafeFileName("\xff\xfe.png"), "__.png");
}

TEST(SafeFileName, CutsTheStemBetweenCharacters) {
  std::string name;
  for (int i = 0; i < 100; ++i) name += "細";
  const std::string safe = SafeFileName(name + ".tiff");
  EXPECT_LE(safe.size(), 255U);
  EXPECT_GT(safe.size(), 250U);
  EXPECT_TRUE(http::IsUtf8(safe));
  EXPECT_TRUE(safe.ends_with("細.tiff"));
  // Cut at a place that leaves a device's name and spaces.
  EXPECT_EQ(SafeFileName("nul" + std::string(260, ' ') + "x"), "_nul");
}

TEST(UniqueNames, NumbersComeBeforeTheExtension) {
  UniqueNames names;
  EXPECT_EQ(names.Take("a.png"), "a.png");
  EXPECT_EQ(names.Take("A.PNG"), "A_2.PNG");
  EXPECT_EQ(names.Take("a_3.png"), "a_3.png");
  EXPECT_EQ(names.Take("a.png"), "a_4.png");
  EXPECT_EQ(names.Take("a?.png"), "a_.png");
  EXPECT_EQ(names.Take("a*.png"), "a__2.png");
}

TEST(UniqueNames, CaseIsIgnoredInEveryScript) {
  UniqueNames names;
  names.Take("Zelle Ä.png");
  EXPECT_TRUE(names.IsTaken("zelle ä.PNG"));
  names.Take("Клетка");
  EXPECT_TRUE(names.IsTaken("КЛЕТКА"));
  EXPECT_FALSE(names.IsTaken("細胞"));
}

TEST(UniqueNames, CompositionIsIgnored) {
  UniqueNames names;
  EXPECT_EQ(names.Take("Zelle \u00e4.png"), "Zelle \u00e4.png");
  EXPECT_EQ(names.Take("Zelle a\u0308.png"), "Zelle a\u0308_2.png");
}

TEST(UniqueNames, LongNamesStayUniqueAndShort) {
  UniqueNames names;
  std::set<std::string> seen;
  const std::string name = std::string(300, 'x') + ".png";
  for (int i = 0; i < 2000; ++i) {
    const std::string taken = names.Take(name);
    EXPECT_LE(taken.size(), 255U);
    EXPECT_TRUE(seen.insert(taken).second);
  }
}

}  // namespace
}  // namespace intelliclinix::api
