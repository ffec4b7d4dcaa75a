// Accounts and the tokens that were taken back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "records/user.h"

namespace intelliclinix::store {

/// Threads: any.
/// Errors of all: kUnavailable or kInternal when the store does not work.
class UserStore {
 public:
  virtual ~UserStore() = default;

  /// Errors: kConflict with field "username" or "email" when it is taken (both compared without regard to case).
  virtual Status InsertUser(const records::User& user) = 0;
  /// Errors: kNotFound.
  virtual Result<records::User> GetUser(ObjectId id) = 0;
  /// Errors: kNotFound.
  virtual Result<records::User> FindUser(std::string_view username) = 0;
  /// Gives the user the role "user" or "admin". Errors: kNotFound.
  virtual Status SetUserRole(std::string_view username, std::string_view role) = 0;
  /// Notes a login; replaces the password hash when one is given. Errors: kNotFound.
  virtual Status RecordLogin(ObjectId id, TimePoint at, const std::optional<std::string>& new_hash) = 0;

  /// Takes back the token `jti`. It may be forgotten after `expires_at`. Idempotent.
  virtual Status RevokeToken(std::string_view jti, TimePoint expires_at) = 0;
  virtual Result<bool> IsTokenRevoked(std::string_view jti) = 0;
  /// Forgets revocations that expired before `now`.
  virtual Status ForgetRevocations(TimePoint now) = 0;
};

}  // namespace intelliclinix::store
