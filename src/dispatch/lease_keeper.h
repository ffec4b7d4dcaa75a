// The tasks that this process runs, and the leases that say so.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "base/clock.h"
#include "records/task.h"
#include "store/inference_store.h"
#include "store/task_store.h"

namespace intelliclinix::dispatch {

/// One task from its claim to its end. A heartbeat carries its progress out; what ends it early comes in as a stop.
/// Threads: all calls from any.
class RunningTask {
 public:
  explicit RunningTask(const records::Task& task);

  const records::TaskLease& lease() const { return lease_; }
  std::stop_token stop() const { return stop_.get_token(); }
  void RequestStop() { stop_.request_stop(); }
  /// RequestStop, since nobody wants the inference any longer.
  void Cancel();
  bool cancelled() const { return cancelled_; }
  void SetProgress(int tiles_done, int tiles_total);

  /// Prolongs the lease, and stops the task when that is lost. Does nothing after End.
  void Renew(store::TaskStore& store, TimePoint expires_at);
  /// Renew, where there is progress that the store does not know of.
  void ShareProgress(store::TaskStore& store, TimePoint expires_at);

  /// The lease is about to be given up: no Renew runs from here on.
  void End();

 private:
  const records::TaskLease lease_;
  std::stop_source stop_;
  std::atomic<bool> cancelled_{false};
  std::atomic<int> tiles_done_{0};
  std::atomic<int> tiles_total_{0};
  std::atomic<bool> progressed_{false};  ///< since the last Renew
  std::mutex mutex_;                     // held while a lease is renewed, so that End can wait for it
  bool ended_ = false;
};

/// Keeps the leases of running tasks, and stops tasks.
/// Threads: all calls from any.
class LeaseKeeper {
 public:
  /// Borrows: store and clock.
  LeaseKeeper(store::TaskStore& store, const Clock& clock, std::chrono::milliseconds lease)
      : store_(store), clock_(clock), lease_(lease) {}

  /// A task runs from now until Remove. After StopAll it is stopped at once.
  std::shared_ptr<RunningTask> Add(const records::Task& task);
  void Remove(const std::shared_ptr<RunningTask>& task);

  /// One heartbeat: prolongs every lease.
  void RenewAll();
  /// Between heartbeats: those whose progress the store does not know of.
  void ShareProgress();
  void ShareProgress(RunningTask& task) { task.ShareProgress(store_, clock_.Now() + lease_); }
  /// Stops the tasks of an inference that was cancelled or deleted.
  void CancelInference(ObjectId inference);
  /// The same for all inferences of which the store says so.
  void StopUnwanted(store::InferenceStore& store);
  /// Stops all tasks, and those that are added later.
  void StopAll();

  int running() const;

 private:
  std::vector<std::shared_ptr<RunningTask>> Tasks() const;

  store::TaskStore& store_;
  const Clock& clock_;
  const std::chrono::milliseconds lease_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<RunningTask>> tasks_;
  bool stopped_ = false;
};

}  // namespace intelliclinix::dispatch
