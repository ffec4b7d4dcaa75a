#include "api/tokens.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "api/base64url.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/random.h"

namespace intelliclinix::api {
namespace {

constexpr std::string_view kIssuer = "intelliclinix";
// Ours have about 280 bytes; what is longer is not worth a hash.
constexpr std::size_t kMaxTokenBytes = 1024;
constexpr std::size_t kSignatureBytes = 32;
// 2^53 s: beyond it JSON numbers are not exact, and far below it times in ms would overflow no 64-bit integer.
constexpr std::int64_t kMaxSeconds = 1LL << 53;

std::unexpected<Error> InvalidToken() {
  return Fail(ErrorCode::kUnauthenticated, "The access token is not valid. Log in again.", "Authorization");
}

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string EncodeJson(const Json& json) { return Base64UrlEncode(Bytes(DumpJson(json))); }

std::optional<Json> DecodeJson(std::string_view part) {
  const std::optional<std::string> text = Base64UrlDecode(part);
  if (!text) return std::nullopt;
  Result<Json> json = ParseJson(*text, 4);
  if (!json || !json->is_object()) return std::nullopt;
  return *std::move(json);
}

std::int64_t ToSeconds(TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::optional<TimePoint> TimeMember(const Json& payload, const char* name) {
  const auto found = payload.find(name);
  if (found == payload.end() || !found->is_number_integer()) return std::nullopt;
  const bool fits = *found >= 0 && *found <= kMaxSeconds;
  if (!fits) return std::nullopt;
  return TimePoint(std::chrono::seconds(found->get<std::int64_t>()));
}

std::string TextMember(const Json& payload, const char* name) {
  const auto found = payload.find(name);
  return found != payload.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// `crit` names extensions that must be understood; we understand none (RFC 7515 section 4.1.11).
bool IsOurHeader(std::string_view part) {
  const std::optional<Json> header = DecodeJson(part);
  return header && TextMember(*header, "alg") == "HS256" && !header->contains("crit");
}

// Whether it may be used already. We write no nbf; one that cannot be read promises nothing.
bool HasBegun(const Json& payload, TimePoint issued_at, TimePoint now) {
  if (issued_at > now + kMaxClockSkew) return false;
  if (!payload.contains("nbf")) return true;
  const std::optional<TimePoint> not_before = TimeMember(payload, "nbf");
  return not_before && *not_before <= now;
}

std::optional<Claims> ReadClaims(std::string_view part, TimePoint now) {
  const std::optional<Json> payload = DecodeJson(part);
  if (!payload || TextMember(*payload, "iss") != kIssuer) return std::nullopt;
  const Result<ObjectId> user_id = ObjectId::Parse(TextMember(*payload, "sub"));
  const std::optional<TimePoint> issued_at = TimeMember(*payload, "iat");
  const std::optional<TimePoint> expires_at = TimeMember(*payload, "exp");
  std::string jti = TextMember(*payload, "jti");
  if (!user_id || !issued_at || !expires_at || jti.empty()) return std::nullopt;
  if (!HasBegun(*payload, *issued_at, now)) return std::nullopt;
  // Tokens of earlier versions do not say it.
  const TimePoint signed_in_at = TimeMember(*payload, "auth_time").value_or(*issued_at);
  return Claims{*user_id, std::move(jti), *issued_at, *expires_at, signed_in_at};
}

bool SameBytes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

TokenIssuer::TokenIssuer(std::string secret, std::chrono::seconds lifetime, const Clock& clock,
                         std::chrono::seconds session)
    : secret_(std::move(secret)), lifetime_(lifetime), session_(session), clock_(clock) {
  assert(secret_.size() >= kSignatureBytes);
}

std::string TokenIssuer::Issue(ObjectId user_id) const { return IssueAt(user_id, clock_.Now()); }

Result<std::string> TokenIssuer::Refresh(const Claims& claims) const {
  if (clock_.Now() < claims.signed_in_at + session_) return IssueAt(claims.user_id, claims.signed_in_at);
  return Fail(ErrorCode::kUnauthenticated, "You logged in too long ago for a new access token. Log in again.",
              "Authorization");
}

std::string TokenIssuer::IssueAt(ObjectId user_id, TimePoint signed_in_at) const {
  const TimePoint now = clock_.Now();
  const TimePoint expires_at = std::min(now + lifetime_, signed_in_at + session_);
  const Json header = {{"alg", "HS256"}, {"typ", "JWT"}};
  const Json payload = {{"sub", user_id.ToString()},
                        {"iat", ToSeconds(now)},
                        {"exp", ToSeconds(expires_at)},
                        {"auth_time", ToSeconds(signed_in_at)},
                        {"iss", kIssuer},
                        {"jti", HexEncode(RandomBytes<16>())}};
  const std::string signed_text = EncodeJson(header) + "." + EncodeJson(payload);
  return signed_text + "." + Base64UrlEncode(Bytes(Sign(signed_text)));
}

// The signature is checked before anything is parsed, so that the JSON reader sees only what this server wrote.
Result<Claims> TokenIssuer::Verify(std::string_view token, std::chrono::seconds grace) const {
  if (token.size() > kMaxTokenBytes) return InvalidToken();
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == last || token.find('.', first + 1) != last) return InvalidToken();
  const std::optional<std::string> signature = Base64UrlDecode(token.substr(last + 1));
  if (!signature || !SameBytes(*signature, Sign(token.substr(0, last)))) return InvalidToken();
  if (!IsOurHeader(token.substr(0, first))) return InvalidToken();
  std::optional<Claims> claims = ReadClaims(token.substr(first + 1, last - first - 1), clock_.Now());
  if (!claims) return InvalidToken();
  if (clock_.Now() >= claims->expires_at + grace) {
    return Fail(ErrorCode::kUnauthenticated, "The access token has expired. Log in again.", "Authorization");
  }
  return *std::move(claims);
}

std::string TokenIssuer::Sign(std::string_view text) const {
  std::string signature(kSignatureBytes, '\0');
  unsigned int length = 0;
  const std::span<const std::uint8_t> bytes = Bytes(text);
  const void* const made = HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()), bytes.data(),
                                bytes.size(), reinterpret_cast<unsigned char*>(signature.data()), &length);
  assert(made != nullptr && length == kSignatureBytes);
  static_cast<void>(made);
  return signature;
}

}  // namespace intelliclinix::api
