// One claimed task, from its lease to its commit.
#pragma once

#include "base/result.h"
#include "dispatch/environment.h"
#include "dispatch/finisher.h"
#include "dispatch/image_run.h"
#include "dispatch/lease_keeper.h"
#include "records/task.h"

namespace intelliclinix::dispatch {

/// Claims of a task before it fails.
inline constexpr int kMaxAttempts = 3;

/// Threads: all calls from any, for different tasks.
class TaskExecutor {
 public:
  TaskExecutor(Environment& environment, LeaseKeeper& keeper, Finisher& finisher)
      : environment_(environment), keeper_(keeper), finisher_(finisher) {}

  /// Runs the task's image and commits what comes of it, an error of the image too. Ends the inference with its last
  /// task. A task that was stopped is handed back; so is one that a fault kept from ending, and what was made of it is
  /// removed.
  /// Errors: that fault.
  Status Execute(const records::Task& task);

 private:
  struct Attempt {
    const records::Task& task;
    RunningTask& running;
    ImageRun run;
    bool commit_tried = false;  ///< and it is not known that nothing was written
  };

  Status Commit(Attempt& attempt, const records::ImageResult& result);
  Status HandBack(Attempt& attempt, const Error& reason);
  Result<bool> GiveUpLease(const Attempt& attempt, const Error& reason);
  Status Committed(const Attempt& attempt, bool completed);
  void RemoveBlobs(const Attempt& attempt);

  Environment& environment_;
  LeaseKeeper& keeper_;
  Finisher& finisher_;
};

}  // namespace intelliclinix::dispatch
