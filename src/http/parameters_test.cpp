#include "http/parameters.h"

#include <gtest/gtest.h>

namespace intelliclinix::http::testing {
namespace {

TEST(ParametersTest, ReadsValuesAndParameters) {
  const auto value = ParseParameterized(R"( form-data ; Name="a \"b\" c:\dir\\" ;filename=x.png; )");
  ASSERT_TRUE(value);
  EXPECT_EQ("form-data", value->value);
  EXPECT_EQ(R"(a "b" c:\dir\)", *value->Find("name"));
  EXPECT_EQ("x.png", *value->Find("filename"));
  EXPECT_EQ(nullptr, value->Find("other"));
  EXPECT_EQ("text/plain", ParseParameterized("text/plain")->value);
}

TEST(ParametersTest, RefusesBadSyntax) {
  for (const char* text : {"a; b", "a; =c", "a; b=", "a; b=\"c", "a; b=c d", "a; b=c; b=d", "a; b=c; B=d", "a;; b=c"}) {
    EXPECT_EQ(std::nullopt, ParseParameterized(text).transform([](const auto& found) { return found.value; })) << text;
  }
}

TEST(ParametersTest, DecodesExtendedValues) {
  EXPECT_EQ("na\xC3\xAFve.png", DecodeExtendedValue("UTF-8''na%C3%AFve.png"));
  EXPECT_EQ("x", DecodeExtendedValue("utf-8'en'x"));
  for (const char* text : {"x", "UTF-8'x", "ISO-8859-1''x", "UTF-8''%4"}) {
    EXPECT_EQ(std::nullopt, DecodeExtendedValue(text)) << text;
  }
}

}  // namespace
}  // namespace intelliclinix::http::testing
