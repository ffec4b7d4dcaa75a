#include "dispatch/task_executor.h"

#include <exception>
#include <memory>

#include "base/log.h"
#include "base/public_message.h"
#include "dispatch/backoff.h"

namespace intelliclinix::dispatch {
namespace {

/// A store that does not answer or has no room is no fault of the task, which waits for it, whereas what breaks again
/// and again must come to an end: it uses up an attempt.
bool CountsAsAttempt(const Error& reason) { return reason.code == ErrorCode::kInternal; }

/// The failure of an attempt that has no further one.
bool IsLast(const records::Task& task, const Error& reason) {
  return CountsAsAttempt(reason) && task.attempt >= kMaxAttempts;
}

/// What the run gives; what it throws is a fault.
Result<records::ImageResult> RunOnce(ImageRun& run) {
  try {
    return run.Run();
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInternal, error.what());
  }
}

/// A task is kept for as long as this lives, however it ends.
class Keeping {
 public:
  Keeping(LeaseKeeper& keeper, const records::Task& task) : keeper_(keeper), task_(keeper.Add(task)) {}
  ~Keeping() {
    task_->End();
    keeper_.Remove(task_);
  }
  Keeping(const Keeping&) = delete;
  Keeping& operator=(const Keeping&) = delete;

  RunningTask& task() { return *task_; }

 private:
  LeaseKeeper& keeper_;
  const std::shared_ptr<RunningTask> task_;
};

}  // namespace

Status TaskExecutor::Execute(const records::Task& task) {
  Keeping keeping(keeper_, task);
  RunningTask& running = keeping.task();
  Attempt attempt{task, running, ImageRun(environment_, task, running)};
  const Result<records::ImageResult> result = RunOnce(attempt.run);
  keeper_.ShareProgress(running);
  // The lease that is left is ample for what follows, and a heartbeat after it would look like a lost lease.
  running.End();
  return result ? Commit(attempt, *result) : HandBack(attempt, result.error());
}

Status TaskExecutor::Commit(Attempt& attempt, const records::ImageResult& result) {
  const Result<bool> committed = WithRetries(attempt.running.stop(), [&] {
    Result<bool> written = environment_.parts.store.CommitTask(attempt.running.lease(), result);
    attempt.commit_tried |= !written.has_value();
    return written;
  });
  if (!committed) return HandBack(attempt, committed.error());
  if (*committed) return Committed(attempt, result.completed);
  // An earlier try may have written the result and lost only its answer: then its blobs are published.
  if (attempt.commit_tried) return finisher_.Finish(attempt.task.inference_id, attempt.run.provenance());
  ++environment_.counters.stale_writes_rejected;
  log::Warning("result_refused", {{"task_id", attempt.task.id.ToString()}, {"attempt", attempt.task.attempt}});
  RemoveBlobs(attempt);
  return {};
}

Status TaskExecutor::HandBack(Attempt& attempt, const Error& reason) {
  const Result<bool> given_up = WithRetries({}, [&] { return GiveUpLease(attempt, reason); });
  log::Warning("task_handed_back", {{"task_id", attempt.task.id.ToString()},
                                    {"attempt", attempt.task.attempt},
                                    {"reason", reason.message},
                                    {"outcome", !given_up   ? given_up.error().message
                                                : *given_up ? "done"
                                                            : "lost"}});
  const bool held = given_up && *given_up;
  // While the lease was still held, no earlier commit can have been written, and none will be.
  if (held || !attempt.commit_tried) RemoveBlobs(attempt);
  if (held && IsLast(attempt.task, reason)) return Committed(attempt, false);
  // The task ended with being handed back, and it may have been the last that ran.
  if (held && attempt.running.cancelled()) {
    return finisher_.Finish(attempt.task.inference_id, attempt.run.provenance());
  }
  if (given_up && !held && attempt.commit_tried) {
    // A commit whose answer was lost may be what ended the lease: the task has ended then, and may have been the last.
    return finisher_.Finish(attempt.task.inference_id, attempt.run.provenance());
  }
  if (given_up && !held && reason.code != ErrorCode::kNotFound) ++environment_.counters.stale_writes_rejected;
  if (!IsFault(reason)) return {};
  return std::unexpected(reason);
}

Result<bool> TaskExecutor::GiveUpLease(const Attempt& attempt, const Error& reason) {
  store::TaskStore& store = environment_.parts.store;
  const records::TaskLease& lease = attempt.running.lease();
  if (!CountsAsAttempt(reason)) return store.ReleaseTask(lease);
  if (IsLast(attempt.task, reason)) return store.CommitTask(lease, FailedResult(attempt.task, PublicMessage(reason)));
  // A lease that has run out is what a claim counts as an attempt.
  IC_ASSIGN_OR_RETURN(const store::LeaseState state, store.RenewLease(lease, {}, environment_.parts.clock.Now()));
  return state != store::LeaseState::kLost;
}

Status TaskExecutor::Committed(const Attempt& attempt, bool completed) {
  ++(completed ? environment_.counters.tasks_completed : environment_.counters.tasks_failed);
  return finisher_.Finish(attempt.task.inference_id, attempt.run.provenance());
}

void TaskExecutor::RemoveBlobs(const Attempt& attempt) {
  for (const ObjectId blob : attempt.run.blobs()) {
    const Status removed = WithRetries({}, [&] { return environment_.parts.store.DeleteBlob(blob); });
    if (!removed) log::Warning("blob_left_over", {{"blob_id", blob.ToString()}, {"reason", removed.error().message}});
  }
}

}  // namespace intelliclinix::dispatch
