// Threads of a dispatcher, and what they touch:
//   worker threads (Workers)      claim, decode, run, store artifacts, commit, end inferences; one task each. What a
//                                 runner computes in parallel runs on the ComputePool that all share.
//   heartbeat thread              leases of all running tasks, cancellations that come from other processes
//   housekeeper thread            sweeps
//   watchers thread               states of what is watched, calls of watchers
//   threads of callers            Dispatch, Watch and Abandon, store calls included
// Shared between them: LeaseKeeper and Watchers (each under its mutex, never held during a call out), the counters
// (atomic), the memory budget, for whose shares workers wait with a lease and without a seat, and the store, which is
// where tasks are handed from one to the other.
#include "dispatch/dispatcher.h"

#include <mutex>
#include <utility>

#include "dispatch/environment.h"
#include "dispatch/finisher.h"
#include "dispatch/heartbeat.h"
#include "dispatch/housekeeper.h"
#include "dispatch/lease_keeper.h"
#include "dispatch/starter.h"
#include "dispatch/task_executor.h"
#include "dispatch/watchers.h"
#include "dispatch/workers.h"

namespace intelliclinix::dispatch {

class Dispatcher::Impl {
 public:
  Impl(const DispatcherParts& parts, DispatcherOptions options) : environment_{parts, std::move(options)} {
    watchers_.Start();
  }

  void Start() {
    heartbeat_.Start();
    workers_.Start();
    housekeeper_.Start();
  }

  void Stop(std::chrono::milliseconds grace) {
    const std::lock_guard lock(stop_mutex_);
    workers_.StopClaims();
    workers_.WaitForEnd(grace);
    keeper_.StopAll();
    workers_.Join();
    heartbeat_.Stop();
    housekeeper_.Stop();
    watchers_.Stop();
  }

  Status Dispatch(ObjectId inference) { return starter_.Dispatch(inference); }

  void Watch(ObjectId inference, Watcher watcher) { watchers_.Add(inference, std::move(watcher)); }

  void Abandon(ObjectId inference) {
    keeper_.CancelInference(inference);
    watchers_.Wake(inference);
  }

  DispatcherCounts counts() const {
    const Counters& counters = environment_.counters;
    return {counters.tasks_completed, counters.tasks_failed, counters.stale_writes_rejected,
            counters.orphan_blobs_removed, keeper_.running()};
  }

 private:
  Environment environment_;
  LeaseKeeper keeper_{environment_.parts.store, environment_.parts.clock, environment_.options.lease};
  Watchers watchers_{environment_.parts.store, environment_.options.idle_poll};
  Finisher finisher_{environment_, watchers_};
  TaskExecutor executor_{environment_, keeper_, finisher_};
  Workers workers_{environment_, executor_};
  Starter starter_{environment_, finisher_, [this] { workers_.Nudge(); }};
  Heartbeat heartbeat_{environment_, keeper_};
  Housekeeper housekeeper_{environment_, {starter_, finisher_}};
  std::mutex stop_mutex_;
};

Dispatcher::Dispatcher(const DispatcherParts& parts, DispatcherOptions options)
    : impl_(std::make_unique<Impl>(parts, std::move(options))) {}

Dispatcher::~Dispatcher() { Stop(std::chrono::milliseconds(0)); }

void Dispatcher::Start() { impl_->Start(); }

void Dispatcher::Stop(std::chrono::milliseconds grace) { impl_->Stop(grace); }

Status Dispatcher::Dispatch(ObjectId inference) { return impl_->Dispatch(inference); }

void Dispatcher::Watch(ObjectId inference, Watcher watcher) { impl_->Watch(inference, std::move(watcher)); }

void Dispatcher::Abandon(ObjectId inference) { impl_->Abandon(inference); }

DispatcherCounts Dispatcher::counts() const { return impl_->counts(); }

}  // namespace intelliclinix::dispatch
