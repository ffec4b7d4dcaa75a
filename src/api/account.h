// What people may choose for their account.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "records/user.h"

namespace intelliclinix::api {

/// No password is longer; units: bytes. crypt(3) takes no more.
inline constexpr std::size_t kMaxPasswordBytes = 511;

/// What a sign-up asks for.
struct NewAccount {
  std::string username;
  std::string email;  ///< lower case
  std::string password;
  std::string first_name;
  std::string last_name;
};

/// Reads the body of a sign-up. Errors: kInvalidArgument with the field, saying what is allowed.
Result<NewAccount> ReadNewAccount(const Json& body);

/// A user as clients see one: everything but the password's hash.
Json UserJson(const records::User& user);

}  // namespace intelliclinix::api
