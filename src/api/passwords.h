// Password hashes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace intelliclinix::api {

/// What a hash costs, whoever computes it: us at each login, or somebody who stole the database at each guess.
struct PasswordOptions {
  unsigned long long passes = 2;           ///< over the memory; with 64 MiB about 0.1 s
  std::size_t memory_bytes = 64ULL << 20;  ///< of one hash; libsodium's "interactive"
};

/// What checking a password came to.
struct PasswordCheck {
  bool matches = false;
  bool outdated = false;  ///< it matches, and a hash made today would be another kind: replace it
};

/// Makes and checks Argon2id PHC strings, and checks bcrypt strings (`$2b$`) of older databases.
/// Threads: any; whoever calls bounds how many at a time (HashQueue).
/// Errors of all: kResourceExhausted when there is no memory.
/// Source: RFC 9106.
class PasswordHasher {
 public:
  explicit PasswordHasher(PasswordOptions options = {});

  Result<std::string> Hash(std::string_view password) const;

  /// An unknown kind of hash matches nothing.
  Result<PasswordCheck> Check(std::string_view password, const std::string& hash) const;

  /// Takes the time of a Check that fails, for a user that does not exist. (Until a bcrypt hash is replaced, its
  /// user's failures take bcrypt's time.)
  Status CheckNothing(std::string_view password) const;

 private:
  PasswordOptions options_;
  std::string nobodys_hash_;
};

}  // namespace intelliclinix::api
