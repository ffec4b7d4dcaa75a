#include "api/tokens.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "api/base64url.h"
#include "base/json.h"

namespace intelliclinix::api {
namespace {

using std::chrono::seconds;

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";

std::string Encode(std::string_view text) {
  return Base64UrlEncode({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

// A token with any header and payload, signed as its maker likes.
std::string Forge(std::string_view header, std::string_view payload, const EVP_MD* digest = EVP_sha256(),
                  std::string_view secret = kSecret) {
  std::string text = Encode(header) + "." + Encode(payload);
  std::uint8_t signature[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  HMAC(digest, secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const std::uint8_t*>(text.data()),
       text.size(), signature, &length);
  return text + "." + Base64UrlEncode({signature, length});
}

constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";
constexpr std::string_view kPayload =
    R"({"sub":"6743a1b2c3d4e5f601020304","iat":1700000000,"exp":1700003600,"iss":"intelliclinix","jti":"j"})";

class TokensTest : public ::testing::Test {
 protected:
  bool Accepts(std::string_view token, seconds grace = seconds(0)) const {
    const Result<Claims> claims = issuer.Verify(token, grace);
    if (!claims) {
      EXPECT_EQ(claims.error().code, ErrorCode::kUnauthenticated);
      EXPECT_EQ(claims.error().field, "Authorization");
    }
    return claims.has_value();
  }

  ManualClock clock;
  TokenIssuer issuer{std::string(kSecret), seconds(3600), clock};
  ObjectId user = ObjectId::Generate();
};

TEST_F(TokensTest, WhatIsIssuedIsVerified) {
  const Result<Claims> claims = issuer.Verify(issuer.Issue(user));
  ASSERT_TRUE(claims) << claims.error().message;
  EXPECT_EQ(claims->user_id, user);
  EXPECT_EQ(claims->issued_at, clock.Now());
  EXPECT_EQ(claims->expires_at, clock.Now() + seconds(3600));
  EXPECT_EQ(claims->jti.size(), 32u);
  EXPECT_NE(claims->jti, issuer.Verify(issuer.Issue(user))->jti);
}

TEST_F(TokensTest, TheForgerOfThisTestCanMakeGoodTokens) { EXPECT_TRUE(Accepts(Forge(kHeader, kPayload))); }

TEST_F(TokensTest, ExpiresToTheSecond) {
  const std::string token = issuer.Issue(user);
  clock.Advance(seconds(3599));
  EXPECT_TRUE(Accepts(token));
  clock.Advance(seconds(1));
  EXPECT_FALSE(Accepts(token));
  EXPECT_TRUE(Accepts(token, kRefreshGrace));
  clock.Advance(seconds(3600));
  EXPECT_FALSE(Accepts(token, kRefreshGrace));
}

TEST_F(TokensTest, ARefreshedTokenIsOfTheSameSession) {
  const Claims first = *issuer.Verify(issuer.Issue(user));
  clock.Advance(seconds(3000));
  const Claims second = *issuer.Verify(*issuer.Refresh(first));
  EXPECT_EQ(second.user_id, user);
  EXPECT_NE(second.jti, first.jti);
  EXPECT_EQ(second.signed_in_at, first.signed_in_at);
  EXPECT_EQ(second.expires_at, clock.Now() + seconds(3600));
}

TEST_F(TokensTest, RefreshingEndsWithTheSession) {
  const TokenIssuer brief(std::string(kSecret), seconds(3600), clock, seconds(5000));
  const Claims first = *brief.Verify(brief.Issue(user));
  clock.Advance(seconds(3000));
  const Claims second = *brief.Verify(*brief.Refresh(first));
  EXPECT_EQ(second.expires_at, first.issued_at + seconds(5000)) << "no token outlives its session";
  clock.Advance(seconds(2000));
  EXPECT_EQ(brief.Refresh(second).error().code, ErrorCode::kUnauthenticated);
}

TEST_F(TokensTest, ATokenThatDoesNotTellItsSessionBeganItWhenItWasMade) {
  const Claims claims = *issuer.Verify(Forge(kHeader, kPayload));
  EXPECT_EQ(claims.signed_in_at, claims.issued_at);
}

TEST_F(TokensTest, OnlyHs256) {
  for (const std::string_view alg : {"none", "None", "NONE", "hs256", "HS512", "RS256", "", "HS256 "}) {
    const std::string header = R"({"alg":")" + std::string(alg) + R"("})";
    EXPECT_FALSE(Accepts(Forge(header, kPayload))) << alg;
    EXPECT_FALSE(Accepts(Encode(header) + "." + Encode(kPayload) + ".")) << alg;
  }
  EXPECT_FALSE(Accepts(Forge(R"({"alg":"HS512"})", kPayload, EVP_sha512())));
  EXPECT_FALSE(Accepts(Forge(kHeader, kPayload, EVP_sha512())));
  EXPECT_FALSE(Accepts(Forge("{}", kPayload)));
  EXPECT_FALSE(Accepts(Forge(R"({"alg":null})", kPayload)));
  EXPECT_FALSE(Accepts(Forge(R"({"alg":"none","alg":"HS256"})", kPayload)));
  EXPECT_FALSE(Accepts(Forge(R"({"alg":"HS256","crit":["x"]})", kPayload)));
}

TEST_F(TokensTest, OtherKey) {
  EXPECT_FALSE(Accepts(Forge(kHeader, kPayload, EVP_sha256(), "fedcba9876543210fedcba9876543210")));
  EXPECT_FALSE(Accepts(Forge(kHeader, kPayload, EVP_sha256(), "")));
}

TEST_F(TokensTest, EveryChangedCharacterIsSeen) {
  const std::string token = issuer.Issue(user);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(Accepts(changed)) << i;
  }
}

TEST_F(TokensTest, OneTextPerToken) {
  const std::string token = issuer.Issue(user);
  EXPECT_FALSE(Accepts(token + "="));
  EXPECT_FALSE(Accepts(token + "."));
  EXPECT_FALSE(Accepts("." + token));
  EXPECT_FALSE(Accepts(token.substr(0, token.size() - 1)));
  EXPECT_FALSE(Accepts(token + "A"));
  // The last of 43 characters has four bits of the signature and two that must be zero.
  std::string loose = token;
  loose.back() = static_cast<char>(loose.back() + 1);
  EXPECT_FALSE(Accepts(loose));
}

TEST_F(TokensTest, ClaimsMustBeThereAndOfTheirKind) {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {R"("iss":"intelliclinix")", R"("iss":"other")"},
      {R"("iss":"intelliclinix",)", ""},
      {R"("sub":"6743a1b2c3d4e5f601020304")", R"("sub":"me")"},
      {R"("sub":"6743a1b2c3d4e5f601020304",)", ""},
      {R"("exp":1700003600,)", ""},
      {R"("exp":1700003600)", R"("exp":"1700003600")"},
      {R"("exp":1700003600)", R"("exp":1e300)"},
      {R"("exp":1700003600)", R"("exp":18446744073709551615)"},
      {R"("exp":1700003600)", R"("exp":-1)"},
      {R"("iat":1700000000,)", ""},
      {R"("jti":"j")", R"("jti":"")"},
      {R"("jti":"j")", R"("jti":7)"},
  };
  for (const auto& [from, to] : changes) {
    std::string payload(kPayload);
    payload.replace(payload.find(from), from.size(), to);
    EXPECT_FALSE(Accepts(Forge(kHeader, payload))) << payload;
  }
  EXPECT_FALSE(Accepts(Forge(kHeader, "[]")));
  EXPECT_FALSE(Accepts(Forge(kHeader, "")));
  EXPECT_FALSE(Accepts(Forge(kHeader, "not JSON")));
}

TEST_F(TokensTest, NoneFromTheFuture) {
  const auto accepts = [this](const std::string& from, const std::string& to) {
    std::string payload(kPayload);
    payload.replace(payload.find(from), from.size(), to);
    return Accepts(Forge(kHeader, payload));
  };
  const std::string iat = R"("iat":1700000000)";
  EXPECT_TRUE(accepts(iat, R"("iat":1700000300)"));
  EXPECT_FALSE(accepts(iat, R"("iat":1700000301)"));
  EXPECT_FALSE(accepts(iat, R"("iat":9007199254740992)"));
  EXPECT_TRUE(accepts(iat, iat + R"(,"nbf":1700000000)"));
  for (const char* nbf : {"1700000001", "9007199254740992", "-1", "1e300", "null", "\"1700000000\""}) {
    EXPECT_FALSE(accepts(iat, iat + R"(,"nbf":)" + nbf)) << nbf;
  }
}

TEST_F(TokensTest, OddTexts) {
  for (const std::string_view text : {"", ".", "..", "...", "a.b.c", "a", "eyJ.eyJ", "\xff\xfe.\0.x"}) {
    EXPECT_FALSE(Accepts(text)) << text;
  }
  EXPECT_FALSE(Accepts(std::string(100'000'000, 'A')));
  EXPECT_FALSE(Accepts(Forge(kHeader, std::string(kPayload) + std::string(2000, ' '))));
}

// RFC 4648 section 10, with the padding left off.
TEST(Base64Url, VectorsOfTheRfc) {
  const std::vector<std::pair<std::string, std::string>> vectors = {
      {"", ""},           {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"foobar", "Zm9vYmFy"},
      {"\xfb\xff", "-_8"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(Encode(bytes), text);
    EXPECT_EQ(Base64UrlDecode(text), bytes);
  }
  for (const std::string_view bad : {"Zg==", "Zg=", "Z", "Zh", "Zm9=", "Z m8", "+/8", "Zm8\n"}) {
    EXPECT_FALSE(Base64UrlDecode(bad)) << bad;
  }
}

}  // namespace
}  // namespace intelliclinix::api
