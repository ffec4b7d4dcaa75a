// The queue: tasks, claims, leases, fenced writes.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "records/task.h"

namespace intelliclinix::store {

/// What a worker learns when it renews its lease.
enum class LeaseState {
  kHeld,       ///< prolonged; go on
  kCancelled,  ///< prolonged, but the inference is cancelled: stop the work and release the task
  kLost        ///< nothing was written: stop the work, write nothing
};

/// Threads: any. Each call is atomic.
/// Errors of all: kUnavailable or kInternal when the store does not work.
class TaskStore {
 public:
  virtual ~TaskStore() = default;

  /// Adds those of `tasks` that are not there yet (by inference and position) and marks the inference dispatched.
  /// Safe to repeat after a crash. Does nothing when the inference has ended. Errors: kNotFound when it is gone.
  virtual Status InsertTasks(ObjectId inference, const std::vector<records::Task>& tasks) = 0;

  /// Takes a task that is queued, or running with an expired lease, of an inference that is dispatched, open and not
  /// cancelled: state running, attempt + 1, lease until `now + lease`. The inference becomes running with its first
  /// claim. Of the next owner after `after_owner`, in the order of ids and round again from the first, it is the
  /// oldest (by inference id, then position): whoever passes the owner of the task before serves users in turn.
  /// None when nothing is to be had. A task whose attempts were used up is not returned but failed
  /// ("attempts_exhausted", see max_attempts) and the search goes on.
  struct ClaimRequest {
    std::string worker;  ///< a name that no other claim has
    TimePoint now;
    std::chrono::milliseconds lease{30'000};
    int max_attempts = 3;
    std::optional<ObjectId> after_owner = {};  ///< none: begin with the first owner
  };
  virtual Result<std::optional<records::Task>> ClaimTask(const ClaimRequest& request) = 0;

  /// Prolongs a lease and stores progress (of tiles).
  virtual Result<LeaseState> RenewLease(const records::TaskLease& lease, const records::Progress& progress,
                                        TimePoint expires_at) = 0;

  /// Ends a task with its result (completed, or failed with an error in the result). False when the lease is lost:
  /// nothing was written, and the caller removes the blobs it made. A result that comes after the inference was
  /// cancelled is kept as any other: the work is done, and the image is not run again by a retry.
  virtual Result<bool> CommitTask(const records::TaskLease& lease, const records::ImageResult& result) = 0;

  /// Hands a task back unharmed: queued again, the attempt not counted. When its inference is cancelled, the task ends
  /// as failed with kCancelled instead, and the caller finishes the inference. False when the lease is lost.
  virtual Result<bool> ReleaseTask(const records::TaskLease& lease) = 0;

  /// When every task of the inference has ended: sets it completed (failed when every image failed), and `provenance`
  /// with `timings_ms` added: per stage, the sum over the results. One that is cancelled fails with kCancelled whatever
  /// its images gave, and its open tasks that no worker holds at `at` end first, as in CancelInference. True for the
  /// one caller whose call ended it.
  virtual Result<bool> FinishInference(ObjectId inference, const Json& provenance, TimePoint at) = 0;

  /// Inferences that FinishInference would end at `now`, oldest first: endings that were cut short, and cancelled ones
  /// whose workers are gone.
  virtual Result<std::vector<ObjectId>> ListUnfinished(TimePoint now, int limit) = 0;

  /// Tasks that are queued or running, for metrics.
  virtual Result<int> CountOpenTasks() = 0;
};

}  // namespace intelliclinix::store
