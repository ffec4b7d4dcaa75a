#include "api/account.h"

#include <algorithm>
#include <string_view>

#include "api/request.h"
#include "http/text.h"
#include "store/rules.h"

namespace intelliclinix::api {
namespace {

constexpr std::size_t kMaxEmailBytes = 254;  // RFC 5321 section 4.5.3.1.3
constexpr std::size_t kMaxLocalBytes = 64;   // RFC 5321 section 4.5.3.1.1
constexpr std::size_t kMaxName = 100;

bool IsAlphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

Status CheckUsername(std::string_view name) {
  const bool fits =
      name.size() >= 3 && name.size() <= 64 && IsAlphanumeric(name.front()) &&
      std::ranges::all_of(name, [](char c) { return IsAlphanumeric(c) || c == '.' || c == '_' || c == '-'; });
  if (fits) return {};
  return Invalid(
      "The username must have 3 to 64 characters, only letters a-z, digits, '.', '_' and '-', and begin with "
      "a letter or digit.",
      "username");
}

bool IsDomain(std::string_view domain) {
  return !domain.empty() && IsAlphanumeric(domain.front()) && IsAlphanumeric(domain.back()) && !domain.contains("..") &&
         std::ranges::all_of(domain, [](char c) { return IsAlphanumeric(c) || c == '.' || c == '-'; });
}

// What is no address at all is refused; whether one is read by somebody, only a letter to it could tell.
Status CheckEmail(std::string_view email) {
  const std::size_t at = email.find('@');
  const bool local = at != std::string_view::npos && at > 0 && at <= kMaxLocalBytes && !http::HasControls(email) &&
                     !email.contains(' ');
  if (local && email.size() <= kMaxEmailBytes && IsDomain(email.substr(at + 1))) return {};
  return Invalid("The e-mail address must look like name@example.org and have at most 254 characters.", "email");
}

Status CheckPassword(std::string_view password) {
  const std::size_t characters = http::CountCharacters(password);
  if (characters >= 8 && characters <= 128 && password.size() <= kMaxPasswordBytes && !password.contains('\0'))
    return {};
  return Invalid("The password must have 8 to 128 characters.", "password");
}

Status CheckName(std::string_view name, const char* field) {
  if (http::CountCharacters(name) <= kMaxName && !http::HasControls(name)) return {};
  return Invalid(std::string("'") + field + "' must have at most 100 characters and no control characters.", field);
}

}  // namespace

Result<NewAccount> ReadNewAccount(const Json& body) {
  NewAccount account;
  IC_ASSIGN_OR_RETURN(account.username, StringMember(body, "username"));
  IC_RETURN_IF_ERROR(CheckUsername(account.username));
  IC_ASSIGN_OR_RETURN(const std::string email, StringMember(body, "email"));
  IC_RETURN_IF_ERROR(CheckEmail(email));
  account.email = store::CaseKey(email);
  IC_ASSIGN_OR_RETURN(account.password, StringMember(body, "password"));
  IC_RETURN_IF_ERROR(CheckPassword(account.password));
  IC_ASSIGN_OR_RETURN(account.first_name, StringMember(body, "first_name"));
  IC_RETURN_IF_ERROR(CheckName(account.first_name, "first_name"));
  IC_ASSIGN_OR_RETURN(account.last_name, StringMember(body, "last_name"));
  IC_RETURN_IF_ERROR(CheckName(account.last_name, "last_name"));
  return account;
}

Json UserJson(const records::User& user) {
  return {{"_id", user.id.ToString()},
          {"username", user.username},
          {"email", user.email},
          {"first_name", user.first_name},
          {"last_name", user.last_name},
          {"role", user.role},
          {"created_at", FormatTime(user.created_at)},
          {"last_login", user.last_login ? Json(FormatTime(*user.last_login)) : Json()}};
}

}  // namespace intelliclinix::api
