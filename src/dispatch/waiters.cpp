#include "dispatch/waiters.h"

#include <algorithm>
#include <utility>

namespace intelliclinix::dispatch {

void Waiters::Add(ObjectId inference, Done done) {
  if (!Enqueue(inference, done)) {
    done(WaitEnd::kStopping);
    return;
  }
  // Asked only now: an end after this is told by Wake, one before is seen here.
  Check(inference);
}

bool Waiters::Enqueue(ObjectId inference, Done& done) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return false;
  const auto [found, added] = waits_.try_emplace(inference);
  Wait& wait = found->second;
  if (added) {
    wait.interval = intervals_.first;
    wait.next_check = std::chrono::steady_clock::now() + wait.interval;
  }
  wait.waiters.push_back(std::move(done));
  return true;
}

void Waiters::Wake(ObjectId inference) {
  std::vector<Done> waiters;
  {
    const std::lock_guard lock(mutex_);
    const auto found = waits_.find(inference);
    if (found == waits_.end()) return;
    waiters = std::move(found->second.waiters);
    waits_.erase(found);
  }
  for (Done& done : waiters) done(WaitEnd::kFinished);
}

void Waiters::Check(ObjectId inference) {
  if (!HasWaiters(inference)) return;
  const Result<std::vector<store::InferenceState>> states = store_.LoadStates({inference});
  if (!states) return;
  const bool gone = states->empty();
  if (gone || records::IsFinal(states->front().status)) Wake(inference);
}

void Waiters::CheckDue() {
  for (const ObjectId inference : TakeDue(std::chrono::steady_clock::now())) Check(inference);
}

void Waiters::StopAll() {
  std::map<ObjectId, Wait> waits;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    waits.swap(waits_);
  }
  for (auto& [inference, wait] : waits) {
    for (Done& done : wait.waiters) done(WaitEnd::kStopping);
  }
}

bool Waiters::HasWaiters(ObjectId inference) const {
  const std::lock_guard lock(mutex_);
  return waits_.contains(inference);
}

std::vector<ObjectId> Waiters::TakeDue(SteadyTime now) {
  std::vector<ObjectId> due;
  const std::lock_guard lock(mutex_);
  for (auto& [inference, wait] : waits_) {
    if (wait.next_check > now) continue;
    wait.interval = std::min(2 * wait.interval, intervals_.longest);
    wait.next_check = now + wait.interval;
    due.push_back(inference);
  }
  return due;
}

}  // namespace intelliclinix::dispatch
