#include "http/text.h"

#include <gtest/gtest.h>

namespace intelliclinix::http::testing {
namespace {

using namespace std::string_literals;

TEST(TextTest, KnowsTokens) {
  EXPECT_TRUE(IsToken("Content-Length"));
  EXPECT_TRUE(IsToken("!#$%&'*+-.^_`|~09azAZ"));
  for (const std::string& text : {""s, "a b"s, "a:"s, "a\0"s, "\xC3\xA4"s, "a/b"s, "a\""s}) EXPECT_FALSE(IsToken(text));
}

TEST(TextTest, ComparesAndTrims) {
  EXPECT_TRUE(EqualsIgnoreCase("Chunked", "cHUNKED"));
  EXPECT_FALSE(EqualsIgnoreCase("chunked", "chunke"));
  EXPECT_FALSE(EqualsIgnoreCase("[", "{"));
  EXPECT_EQ("a b", TrimBlanks(" \ta b\t "));
  EXPECT_EQ("", TrimBlanks(" \t "));
  EXPECT_EQ("\x0B", TrimBlanks("\x0B"));
}

TEST(TextTest, KnowsUtf8) {
  for (const char* text : {"", "a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x94\xAC", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  for (const char* text : {"\x80", "\xC3", "\xC3(", "\xC0\x80", "\xC1\xBF", "\xE0\x80\xAF", "\xED\xA0\x80",
                           "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFF", "\xE2\x82"}) {
    EXPECT_FALSE(IsUtf8(text));
  }
}

TEST(TextTest, CountsCharactersNotBytes) {
  EXPECT_EQ(CountCharacters(""), 0u);
  EXPECT_EQ(CountCharacters("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x94\xAC"), 4u);
}

TEST(TextTest, PercentEncodingComesBack) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(all, PercentDecode(PercentEncode(all)));
  EXPECT_EQ("a-._~%20%2F%C3%A4", PercentEncode("a-._~ /\xC3\xA4"));
  EXPECT_EQ("Az", PercentDecode("%41%7a"));
  for (const char* bad : {"%", "%4", "%4x", "a%"}) EXPECT_EQ(std::nullopt, PercentDecode(bad)) << bad;
}

}  // namespace
}  // namespace intelliclinix::http::testing
