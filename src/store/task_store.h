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

/// Threads: any. Each call is atomic.
/// Errors of all: kUnavailable or kInternal when the store does not work.
class TaskStore {
 public:
  virtual ~TaskStore() = default;

  /// Adds those of `tasks` that are not there yet (by inference and position) and marks the inference dispatched.
  /// Safe to repeat after a crash. Errors: kNotFound when the inference is gone.
  virtual Status InsertTasks(ObjectId inference, const std::vector<records::Task>& tasks) = 0;

  /// Takes the oldest task that is queued, or running with an expired lease, of a dispatched inference: state
  /// running, attempt + 1, lease until `now + lease`. The inference becomes running with its first claim.
  /// None when nothing is to be had. A task whose attempts were used up is not returned but failed
  /// ("attempts_exhausted", see max_attempts) and the search goes on.
  struct ClaimRequest {
    std::string worker;
    TimePoint now;
    std::chrono::milliseconds lease{30'000};
    int max_attempts = 3;
  };
  virtual Result<std::optional<records::Task>> ClaimTask(const ClaimRequest& request) = 0;

  /// Prolongs a lease and stores progress. False when the lease is lost: stop the work, write nothing.
  virtual Result<bool> RenewLease(const records::TaskLease& lease, const records::Progress& progress,
                                  TimePoint expires_at) = 0;

  /// Ends a task with its result (completed, or failed with an error in the result). False when the lease is lost:
  /// nothing was written, and the caller removes the blobs it made.
  virtual Result<bool> CommitTask(const records::TaskLease& lease, const records::ImageResult& result) = 0;

  /// Hands a task back unharmed: queued again, the attempt not counted. False when the lease is lost.
  virtual Result<bool> ReleaseTask(const records::TaskLease& lease) = 0;

  /// When every task of the inference has ended: sets it completed (failed when every image failed), with `results`
  /// in order of position, and `provenance` with `timings_ms` added: per stage, the sum over the results. True for
  /// the one caller whose call ended it.
  virtual Result<bool> FinishInference(ObjectId inference, const Json& provenance, TimePoint at) = 0;

  /// Inferences whose tasks have all ended and that are not finished: an ending that was cut short.
  virtual Result<std::vector<ObjectId>> ListUnfinished(int limit) = 0;

  /// Tasks that are queued or running, for metrics.
  virtual Result<int> CountOpenTasks() = 0;
};

}  // namespace intelliclinix::store
