#include "api/login_limiter.h"

#include <algorithm>

#include "store/rules.h"

namespace intelliclinix::api {

std::optional<std::chrono::seconds> LoginLimiter::Begin(std::string_view username, std::string_view address) {
  const TimePoint now = clock_.Now();
  Key key(store::CaseKey(username), address);
  const std::lock_guard lock(mutex_);
  if (!entries_.contains(key)) MakeRoom(now);
  Entry& entry = entries_[std::move(key)];
  if (entry.attempts == 0 || now >= entry.begin + limits_.window) entry = Entry{now, 0};
  if (entry.attempts >= limits_.attempts) {
    return std::chrono::ceil<std::chrono::seconds>(entry.begin + limits_.window - now);
  }
  ++entry.attempts;
  return std::nullopt;
}

void LoginLimiter::TakeBack(std::string_view username, std::string_view address) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(Key(store::CaseKey(username), address));
  if (entry != entries_.end() && entry->second.attempts > 0) --entry->second.attempts;
}

void LoginLimiter::Succeeded(std::string_view username, std::string_view address) {
  const std::lock_guard lock(mutex_);
  entries_.erase(Key(store::CaseKey(username), address));
}

// Drops what has run out; if that is nothing, the oldest, so that memory stays bounded whoever asks.
void LoginLimiter::MakeRoom(TimePoint now) {
  if (entries_.size() < limits_.max_entries) return;
  std::erase_if(entries_, [&](const auto& item) { return now >= item.second.begin + limits_.window; });
  if (entries_.size() < limits_.max_entries) return;
  entries_.erase(std::ranges::min_element(entries_, {}, [](const auto& item) { return item.second.begin; }));
}

}  // namespace intelliclinix::api
