// Who waits for the end of which inference.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "base/object_id.h"
#include "dispatch/dispatcher.h"
#include "store/inference_store.h"

namespace intelliclinix::dispatch {

/// Ends of this process's own jobs come by Wake; those of other processes are found by asking the store, less and less
/// often.
/// Threads: all calls from any. Waiters are called without a lock, on the thread of the call that ends their wait.
class Waiters {
 public:
  using Done = std::move_only_function<void(WaitEnd)>;

  struct PollIntervals {
    std::chrono::milliseconds first;
    std::chrono::milliseconds longest;
  };

  /// Borrows: the store.
  Waiters(store::InferenceStore& store, PollIntervals intervals) : store_(store), intervals_(intervals) {}

  /// Calls `done` once: when the inference has ended or StopAll was called; at once if it is so already.
  void Add(ObjectId inference, Done done);

  /// The inference has ended.
  void Wake(ObjectId inference);

  /// Asks the store whether the inference has ended, if anybody waits for it, and wakes them if so.
  void Check(ObjectId inference);

  /// As Check, for those that were not asked about for long.
  void CheckDue();

  /// Ends all waits, and those that come later, with kStopping.
  void StopAll();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct Wait {
    std::vector<Done> waiters;
    SteadyTime next_check;
    std::chrono::milliseconds interval;
  };

  /// Takes `done`. False, and nothing taken, after StopAll.
  bool Enqueue(ObjectId inference, Done& done);
  bool HasWaiters(ObjectId inference) const;
  std::vector<ObjectId> TakeDue(SteadyTime now);

  store::InferenceStore& store_;
  const PollIntervals intervals_;
  mutable std::mutex mutex_;
  std::map<ObjectId, Wait> waits_;
  bool stopped_ = false;
};

}  // namespace intelliclinix::dispatch
