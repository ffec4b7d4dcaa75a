#include "dispatch/watchers.h"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <span>
#include <utility>

#include "base/log.h"
#include "dispatch/guard.h"

namespace intelliclinix::dispatch {
namespace {

/// Inferences in one question to the store.
constexpr std::size_t kMostAtOnce = 500;

/// Whether the watcher wants to see more. One that throws does not.
bool Tell(Watcher& watcher, const Sight& sight) {
  bool more = false;
  Guarded("watchers", [&] { more = watcher(sight); });
  return more && !sight.stopping;
}

}  // namespace

void Watchers::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Work(stop); });
}

void Watchers::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  AskLast();
  std::map<ObjectId, std::vector<Watcher>> watched;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    watched.swap(watched_);
  }
  for (auto& [inference, watchers] : watched) {
    for (Watcher& watcher : watchers) Tell(watcher, {.stopping = true});
  }
}

void Watchers::Add(ObjectId inference, Watcher watcher) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopped_) {
      watched_[inference].push_back(std::move(watcher));
      due_.insert(inference);
      changed_.notify_all();
      return;
    }
  }
  Tell(watcher, {.stopping = true});
}

void Watchers::Wake(ObjectId inference) {
  const std::lock_guard lock(mutex_);
  if (!watched_.contains(inference)) return;
  due_.insert(inference);
  changed_.notify_all();
}

void Watchers::Work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Guarded("watchers", [&] { Ask(WaitForDue(stop)); });
  }
}

std::vector<ObjectId> Watchers::WaitForDue(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, stop, next_poll_, [this] { return !due_.empty(); });
  std::vector<ObjectId> inferences;
  if (SteadyClock::now() < next_poll_) {
    inferences.assign(due_.begin(), due_.end());
  } else {
    next_poll_ = SteadyClock::now() + poll_;
    std::ranges::copy(std::views::keys(watched_), std::back_inserter(inferences));
  }
  due_.clear();
  return inferences;
}

void Watchers::Ask(const std::vector<ObjectId>& inferences) {
  std::span<const ObjectId> rest = inferences;
  while (!rest.empty()) {
    const auto part = rest.first(std::min(rest.size(), kMostAtOnce));
    rest = rest.subspan(part.size());
    const Result<std::vector<store::InferenceState>> states = store_.LoadStates({part.begin(), part.end()});
    if (!states) {
      log::Warning("watching_failed", {{"reason", states.error().message}});
      return;  // the next poll asks again
    }
    for (const ObjectId inference : part) {
      const auto state = std::ranges::find(*states, inference, &store::InferenceState::id);
      Show(inference, {.state = state == states->end() ? nullptr : &*state});
    }
  }
}

/// For what ended in the last moment.
void Watchers::AskLast() {
  std::vector<ObjectId> inferences;
  {
    const std::lock_guard lock(mutex_);
    std::ranges::copy(std::views::keys(watched_), std::back_inserter(inferences));
  }
  Guarded("watchers", [&] { Ask(inferences); });
}

void Watchers::Show(ObjectId inference, const Sight& sight) {
  std::vector<Watcher> watchers;
  {
    const std::lock_guard lock(mutex_);
    const auto found = watched_.find(inference);
    if (found == watched_.end()) return;
    // The entry stays, so that a Wake meanwhile counts.
    watchers = std::exchange(found->second, {});
  }
  std::erase_if(watchers, [&](Watcher& watcher) { return !Tell(watcher, sight); });
  const std::lock_guard lock(mutex_);
  std::vector<Watcher>& entry = watched_[inference];
  std::ranges::move(watchers, std::back_inserter(entry));
  if (entry.empty()) watched_.erase(inference);
}

}  // namespace intelliclinix::dispatch
