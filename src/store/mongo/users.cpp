#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store/mongo/mongo_store.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {

using records::User;

Status MongoStore::InsertUser(const User& user) {
  const Status inserted = connection_->Insert(collection::kUsers, ToDocument(user));
  if (inserted || inserted.error().code != ErrorCode::kConflict) return inserted;
  IC_ASSIGN_OR_RETURN(const bool username_taken,
                      connection_->Exists(collection::kUsers, Make("username_key", CaseKey(user.username))));
  if (username_taken) return UsernameTaken(user.username);
  IC_ASSIGN_OR_RETURN(const bool email_taken,
                      connection_->Exists(collection::kUsers, Make("email_key", CaseKey(user.email))));
  if (email_taken) return EmailTaken(user.email);
  return IdTaken("user", user.id);
}

Result<User> MongoStore::GetUser(ObjectId id) {
  IC_ASSIGN_OR_RETURN(const auto found, connection_->FindOne(collection::kUsers, Make("_id", id)));
  if (!found) return NotFound("user");
  return UserFrom(*found);
}

Result<User> MongoStore::FindUser(std::string_view username) {
  // Two users of an older database may differ in case alone; the exact name is meant then.
  for (const Document& filter : {Make("username", username), Make("username_key", CaseKey(username))}) {
    IC_ASSIGN_OR_RETURN(const auto found, connection_->FindOne(collection::kUsers, filter));
    if (found) return UserFrom(*found);
  }
  return NotFound("user");
}

Status MongoStore::SetUserRole(std::string_view username, std::string_view role) {
  IC_ASSIGN_OR_RETURN(const User user, FindUser(username));
  IC_ASSIGN_OR_RETURN(const UpdateCounts counts, connection_->UpdateOne(collection::kUsers, Make("_id", user.id),
                                                                        Make("$set", Make("role", role))));
  if (counts.matched == 0) return NotFound("user");
  return {};
}

Status MongoStore::RecordLogin(ObjectId id, TimePoint at, const std::optional<std::string>& new_hash) {
  IC_ASSIGN_OR_RETURN(const auto found, connection_->FindOne(collection::kUsers, Make("_id", id)));
  if (!found) return NotFound("user");
  Document change = Make("last_login", at);
  if (new_hash) change.Set(PasswordField(*found), *new_hash);
  IC_ASSIGN_OR_RETURN(const UpdateCounts counts,
                      connection_->UpdateOne(collection::kUsers, Make("_id", id), Make("$set", change)));
  if (counts.matched == 0) return NotFound("user");
  return {};
}

Status MongoStore::RevokeToken(std::string_view jti, TimePoint expires_at) {
  const auto revoke = [&] {
    return connection_->UpdateOne(collection::kRevokedTokens, Make("_id", jti),
                                  Make("$max", Make("expires_at", expires_at)), true);
  };
  auto revoked = revoke();
  // Two that insert at once: one finds the key taken, and then a document to update.
  if (!revoked && revoked.error().code == ErrorCode::kConflict) revoked = revoke();
  IC_RETURN_IF_ERROR(revoked);
  return {};
}

Result<bool> MongoStore::IsTokenRevoked(std::string_view jti) {
  return connection_->Exists(collection::kRevokedTokens, Make("_id", jti));
}

Status MongoStore::ForgetRevocations(TimePoint now) {
  IC_RETURN_IF_ERROR(connection_->Delete(collection::kRevokedTokens, Make("expires_at", Make("$lt", now))));
  return {};
}

}  // namespace intelliclinix::store::mongo
