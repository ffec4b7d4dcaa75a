#include "api/passwords.h"

#include <array>
#include <cstdlib>
#include <memory>

#include <crypt.h>
#include <sodium.h>

namespace intelliclinix::api {
namespace {

std::unexpected<Error> NoMemory() {
  return Fail(ErrorCode::kResourceExhausted, "The server has not enough memory to check a password now. Try again.");
}

bool MatchesBcrypt(std::string_view password, const std::string& hash) {
  if (password.contains('\0')) return false;  // crypt would take what stands before it
  const auto work = std::make_unique<crypt_data>();
  const std::string phrase(password);
  const char* const made = crypt_rn(phrase.c_str(), hash.c_str(), work.get(), sizeof(crypt_data));
  if (made == nullptr || std::string_view(made).size() != hash.size()) return false;
  return sodium_memcmp(made, hash.data(), hash.size()) == 0;
}

}  // namespace

PasswordHasher::PasswordHasher(PasswordOptions options) : options_(options) {
  if (sodium_init() < 0) std::abort();  // the system has no random numbers
  nobodys_hash_ = Hash("nobody").value_or("");
}

Result<std::string> PasswordHasher::Hash(std::string_view password) const {
  std::array<char, crypto_pwhash_argon2id_STRBYTES> hash{};
  if (crypto_pwhash_argon2id_str(hash.data(), password.data(), password.size(), options_.passes,
                                 options_.memory_bytes) != 0) {
    return NoMemory();
  }
  return std::string(hash.data());
}

Result<PasswordCheck> PasswordHasher::Check(std::string_view password, const std::string& hash) const {
  if (hash.starts_with("$2b$")) {
    const bool matches = MatchesBcrypt(password, hash);
    return PasswordCheck{matches, matches};
  }
  if (!hash.starts_with(crypto_pwhash_argon2id_STRPREFIX)) return PasswordCheck{};
  if (crypto_pwhash_argon2id_str_verify(hash.c_str(), password.data(), password.size()) != 0) return PasswordCheck{};
  const bool outdated =
      crypto_pwhash_argon2id_str_needs_rehash(hash.c_str(), options_.passes, options_.memory_bytes) != 0;
  return PasswordCheck{true, outdated};
}

Status PasswordHasher::CheckNothing(std::string_view password) const {
  IC_RETURN_IF_ERROR(Check(password, nobodys_hash_));
  return {};
}

}  // namespace intelliclinix::api
