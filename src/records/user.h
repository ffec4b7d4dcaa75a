// A person with an account.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/object_id.h"

namespace intelliclinix::records {

struct User {
  ObjectId id;
  std::string username;       ///< unique
  std::string email;          ///< unique, lower case
  std::string password_hash;  ///< Argon2id PHC string, or bcrypt `$2b$` of an older database
  std::string first_name;
  std::string last_name;
  std::string role = "user";  ///< "user" or "admin"
  TimePoint created_at;
  std::optional<TimePoint> last_login;
};

}  // namespace intelliclinix::records
