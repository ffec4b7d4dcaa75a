// Threads of a dispatcher, and what they touch:
//   worker threads (Workers)      claim, decode, run, store artifacts, commit, end inferences; one task each. What a
//                                 runner computes in parallel runs on the ComputePool that all share.
//   housekeeper thread            heartbeats of all running tasks, sweeps, questions about inferences waited for
//   threads of callers            Dispatch, WhenFinished and Abandon, store calls included
// Shared between them: LeaseKeeper and Waiters (each under its mutex, never held during a call out), the counters
// (atomic), and the store, which is where tasks are handed from one to the other.
#include "dispatch/dispatcher.h"

#include <mutex>
#include <utility>

#include "dispatch/environment.h"
#include "dispatch/finisher.h"
#include "dispatch/housekeeper.h"
#include "dispatch/lease_keeper.h"
#include "dispatch/starter.h"
#include "dispatch/task_executor.h"
#include "dispatch/waiters.h"
#include "dispatch/workers.h"

namespace intelliclinix::dispatch {

class Dispatcher::Impl {
 public:
  Impl(const DispatcherParts& parts, DispatcherOptions options) : environment_{parts, std::move(options)} {}

  void Start() {
    workers_.Start();
    housekeeper_.Start();
  }

  void Stop(std::chrono::milliseconds grace) {
    const std::lock_guard lock(stop_mutex_);
    workers_.StopClaims();
    workers_.WaitForEnd(grace);
    keeper_.StopAll();
    workers_.Join();
    housekeeper_.Stop();
    waiters_.StopAll();
  }

  Status Dispatch(ObjectId inference) { return starter_.Dispatch(inference); }

  void WhenFinished(ObjectId inference, Waiters::Done done) { waiters_.Add(inference, std::move(done)); }

  void Abandon(ObjectId inference) {
    keeper_.StopInference(inference);
    waiters_.Check(inference);
  }

  DispatcherCounts counts() const {
    const Counters& counters = environment_.counters;
    return {counters.tasks_completed, counters.tasks_failed, counters.stale_writes_rejected, keeper_.running()};
  }

 private:
  Environment environment_;
  LeaseKeeper keeper_{environment_.parts.store, environment_.parts.clock, environment_.options.lease};
  Waiters waiters_{environment_.parts.store, {environment_.options.idle_poll, environment_.options.heartbeat}};
  Finisher finisher_{environment_, waiters_};
  TaskExecutor executor_{environment_, keeper_, finisher_};
  Workers workers_{environment_, executor_};
  Starter starter_{environment_, finisher_, [this] { workers_.Nudge(); }};
  Housekeeper housekeeper_{environment_, {keeper_, starter_, finisher_, waiters_}};
  std::mutex stop_mutex_;
};

Dispatcher::Dispatcher(const DispatcherParts& parts, DispatcherOptions options)
    : impl_(std::make_unique<Impl>(parts, std::move(options))) {}

Dispatcher::~Dispatcher() { Stop(std::chrono::milliseconds(0)); }

void Dispatcher::Start() { impl_->Start(); }

void Dispatcher::Stop(std::chrono::milliseconds grace) { impl_->Stop(grace); }

Status Dispatcher::Dispatch(ObjectId inference) { return impl_->Dispatch(inference); }

void Dispatcher::WhenFinished(ObjectId inference, std::move_only_function<void(WaitEnd)> done) {
  impl_->WhenFinished(inference, std::move(done));
}

void Dispatcher::Abandon(ObjectId inference) { impl_->Abandon(inference); }

DispatcherCounts Dispatcher::counts() const { return impl_->counts(); }

}  // namespace intelliclinix::dispatch
