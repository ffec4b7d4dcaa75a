// Any bytes as a token, and as header and payload under a good signature: nothing crashes, and nothing is accepted but
// what this server could have written.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "api/base64url.h"
#include "api/tokens.h"

namespace {

using namespace intelliclinix;

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string Signed(std::string_view header, std::string_view payload) {
  const std::string text = api::Base64UrlEncode(Bytes(header)) + "." + api::Base64UrlEncode(Bytes(payload));
  std::uint8_t signature[32];
  unsigned int length = 0;
  HMAC(EVP_sha256(), kSecret.data(), static_cast<int>(kSecret.size()), Bytes(text).data(), text.size(), signature,
       &length);
  return text + "." + api::Base64UrlEncode(signature);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const ManualClock clock;
  static const api::TokenIssuer issuer(std::string(kSecret), std::chrono::hours(1), clock);
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);

  if (const auto decoded = api::Base64UrlDecode(text)) {
    if (api::Base64UrlEncode(Bytes(*decoded)) != text) std::abort();
  }
  // The secret is not among the bytes, so nothing that is accepted can come of them alone.
  if (issuer.Verify(text)) std::abort();

  const std::string_view header = text.substr(0, text.find('\n'));
  const std::string_view payload = header.size() < size ? text.substr(header.size() + 1) : std::string_view();
  const Result<api::Claims> claims = issuer.Verify(Signed(header, payload));
  if (claims && (header.find("HS256") == std::string_view::npos || claims->expires_at <= clock.Now())) std::abort();
  return 0;
}
