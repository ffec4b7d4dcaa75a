#include "store/rules.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::store::sqlite {
namespace {

using records::User;

#define IC_SELECT_USERS \
  "SELECT id, username, email, password_hash, first_name, last_name, role, created_at, last_login FROM users"

Result<User> ReadUser(Result<Rows> rows) {
  if (!rows.has_value()) return std::unexpected(std::move(rows).error());
  IC_ASSIGN_OR_RETURN(const bool found, rows->Next());
  if (!found) return NotFound("user");
  User user;
  user.id = rows->Id(0);
  user.username = rows->Text(1);
  user.email = rows->Text(2);
  user.password_hash = rows->Text(3);
  user.first_name = rows->Text(4);
  user.last_name = rows->Text(5);
  user.role = rows->Text(6);
  user.created_at = rows->Time(7);
  user.last_login = rows->OptionalTime(8);
  return user;
}

}  // namespace

Status SqliteStore::InsertUser(const User& user) {
  return connections_->Write([&](Database& database) -> Status {
    const std::string username_key = CaseKey(user.username);
    const std::string email_key = CaseKey(user.email);
    IC_ASSIGN_OR_RETURN(const bool username_taken,
                        Exists(database.Query("SELECT 1 FROM users WHERE username_key = ?1", username_key)));
    if (username_taken) return UsernameTaken(user.username);
    IC_ASSIGN_OR_RETURN(const bool email_taken,
                        Exists(database.Query("SELECT 1 FROM users WHERE email_key = ?1", email_key)));
    if (email_taken) return EmailTaken(user.email);
    IC_RETURN_IF_ERROR(database.Run(
        "INSERT INTO users (id, username, username_key, email, email_key, password_hash, first_name, last_name, role, "
        "created_at, last_login) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (id) DO NOTHING",
        user.id, user.username, username_key, user.email, email_key, user.password_hash, user.first_name,
        user.last_name, user.role, user.created_at, user.last_login));
    if (database.Changes() == 0) return IdTaken("user", user.id);
    return {};
  });
}

Result<User> SqliteStore::GetUser(ObjectId id) {
  return connections_->Read(
      [&](Database& database) { return ReadUser(database.Query(IC_SELECT_USERS " WHERE id = ?1", id)); });
}

Result<User> SqliteStore::FindUser(std::string_view username) {
  return connections_->Read([&](Database& database) {
    return ReadUser(database.Query(IC_SELECT_USERS " WHERE username_key = ?1", CaseKey(username)));
  });
}

Status SqliteStore::SetUserRole(std::string_view username, std::string_view role) {
  return connections_->Write([&](Database& database) -> Status {
    IC_RETURN_IF_ERROR(database.Run("UPDATE users SET role = ?2 WHERE username_key = ?1", CaseKey(username), role));
    if (database.Changes() == 0) return NotFound("user");
    return {};
  });
}

Status SqliteStore::RecordLogin(ObjectId id, TimePoint at, const std::optional<std::string>& new_hash) {
  return connections_->Write([&](Database& database) -> Status {
    IC_RETURN_IF_ERROR(
        database.Run("UPDATE users SET last_login = ?2, password_hash = coalesce(?3, password_hash) WHERE id = ?1", id,
                     at, new_hash));
    if (database.Changes() == 0) return NotFound("user");
    return {};
  });
}

Status SqliteStore::RevokeToken(std::string_view jti, TimePoint expires_at) {
  return connections_->Write([&](Database& database) {
    return database.Run(
        "INSERT INTO revoked_tokens (jti, expires_at) VALUES (?1, ?2) "
        "ON CONFLICT (jti) DO UPDATE SET expires_at = max(expires_at, excluded.expires_at)",
        jti, expires_at);
  });
}

Result<bool> SqliteStore::IsTokenRevoked(std::string_view jti) {
  return connections_->Read(
      [&](Database& database) { return Exists(database.Query("SELECT 1 FROM revoked_tokens WHERE jti = ?1", jti)); });
}

Status SqliteStore::ForgetRevocations(TimePoint now) {
  return connections_->Write(
      [&](Database& database) { return database.Run("DELETE FROM revoked_tokens WHERE expires_at < ?1", now); });
}

}  // namespace intelliclinix::store::sqlite
