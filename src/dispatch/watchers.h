// Who watches which inference.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <thread>
#include <vector>

#include "base/object_id.h"
#include "dispatch/dispatcher.h"
#include "store/inference_store.h"

namespace intelliclinix::dispatch {

/// Asks the store for the states of all that is watched, with one question for many, whatever process works on them;
/// at once for what this process knows to have changed.
/// Threads: Add and Wake from any; Start and Stop from one at a time. Watchers are called without a lock, on the thread
/// of their own that they share, and at last on that of Stop.
class Watchers {
 public:
  /// Borrows: the store. `poll`: how often it is asked.
  Watchers(store::InferenceStore& store, std::chrono::milliseconds poll) : store_(store), poll_(poll) {}

  void Start();
  /// Every watcher sees `stopping`, also those that are added later.
  void Stop();

  /// See Dispatcher::Watch.
  void Add(ObjectId inference, Watcher watcher);
  /// The inference may have changed.
  void Wake(ObjectId inference);

 private:
  using SteadyClock = std::chrono::steady_clock;

  void Work(const std::stop_token& stop);
  std::vector<ObjectId> WaitForDue(const std::stop_token& stop);
  void Ask(const std::vector<ObjectId>& inferences);
  void AskLast();
  void Show(ObjectId inference, const Sight& sight);

  store::InferenceStore& store_;
  const std::chrono::milliseconds poll_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<ObjectId, std::vector<Watcher>> watched_;
  std::set<ObjectId> due_;
  bool stopped_ = false;
  SteadyClock::time_point next_poll_{};  // of the thread
  std::jthread thread_;
};

}  // namespace intelliclinix::dispatch
