#include <algorithm>

#include "store/memory/memory_store.h"
#include "store/rules.h"

namespace intelliclinix::store::memory {

Status MemoryStore::InsertUser(const records::User& user) {
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, other] : users_) {
    if (CaseKey(other.username) == CaseKey(user.username)) return UsernameTaken(user.username);
    if (CaseKey(other.email) == CaseKey(user.email)) return EmailTaken(user.email);
  }
  if (!users_.emplace(user.id, user).second) return IdTaken("user", user.id);
  return {};
}

Result<records::User> MemoryStore::GetUser(ObjectId id) {
  const std::scoped_lock lock(mutex_);
  const auto found = users_.find(id);
  if (found == users_.end()) return NotFound("user");
  return found->second;
}

Result<records::User> MemoryStore::FindUser(std::string_view username) {
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, user] : users_) {
    if (CaseKey(user.username) == CaseKey(username)) return user;
  }
  return NotFound("user");
}

Status MemoryStore::SetUserRole(std::string_view username, std::string_view role) {
  const std::scoped_lock lock(mutex_);
  for (auto& [id, user] : users_) {
    if (CaseKey(user.username) != CaseKey(username)) continue;
    user.role = role;
    return {};
  }
  return NotFound("user");
}

Status MemoryStore::RecordLogin(ObjectId id, TimePoint at, const std::optional<std::string>& new_hash) {
  const std::scoped_lock lock(mutex_);
  const auto found = users_.find(id);
  if (found == users_.end()) return NotFound("user");
  found->second.last_login = at;
  if (new_hash) found->second.password_hash = *new_hash;
  return {};
}

Status MemoryStore::RevokeToken(std::string_view jti, TimePoint expires_at) {
  const std::scoped_lock lock(mutex_);
  TimePoint& kept = revoked_.try_emplace(std::string(jti), expires_at).first->second;
  kept = std::max(kept, expires_at);
  return {};
}

Result<bool> MemoryStore::IsTokenRevoked(std::string_view jti) {
  const std::scoped_lock lock(mutex_);
  return revoked_.contains(jti);
}

Status MemoryStore::ForgetRevocations(TimePoint now) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(revoked_, [now](const auto& entry) { return entry.second < now; });
  return {};
}

}  // namespace intelliclinix::store::memory
