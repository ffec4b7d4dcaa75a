// Claims: one atomic find-and-update takes a task; what its inference says comes after.
#include <set>

#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store/mongo/jobs.h"
#include "store/mongo/mongo_store.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {
namespace {

using records::Task;

/// A task as it was before it was taken.
struct Taken {
  Task task;
  bool was_running = false;
};

Result<std::optional<Taken>> TakeOf(Connection& connection, const TaskStore::ClaimRequest& request,
                                    std::optional<ObjectId> after_owner) {
  // The lease of a task that is queued has always expired.
  Document claimable = Make("state", OpenStatus(), "lease_expires_at", Make("$lte", request.now));
  if (after_owner) claimable.Set("owner_id", Make("$gt", *after_owner));
  const Document change = Make("$set",
                               Make("state", "running", "worker", request.worker, "lease_expires_at",
                                    request.now + request.lease, "progress.tiles_done", 0),
                               "$inc", Make("attempt", 1));
  IC_ASSIGN_OR_RETURN(const auto before,
                      connection.FindAndModify(collection::kTasks, claimable,
                                               Make("owner_id", 1, "inference_id", 1, "position", 1), change));
  if (!before) return std::nullopt;
  Taken taken{TaskFrom(*before), before->view().Text("state") == "running"};
  taken.task.state = records::TaskState::kRunning;
  taken.task.worker = request.worker;
  taken.task.lease_expires_at = request.now + request.lease;
  taken.task.progress.tiles_done = 0;
  ++taken.task.attempt;
  return taken;
}

Result<std::optional<Taken>> Take(Connection& connection, const TaskStore::ClaimRequest& request) {
  if (request.after_owner) {
    IC_ASSIGN_OR_RETURN(std::optional<Taken> taken, TakeOf(connection, request, request.after_owner));
    if (taken) return taken;
  }
  return TakeOf(connection, request, std::nullopt);
}

/// Ends a task that was taken but is not to be run.
Status EndTaken(Connection& connection, const Task& task, const records::ImageResult& result) {
  Document end = EndOfTask(result);
  end.Set("progress.tiles_done", task.progress.tiles_total);
  IC_RETURN_IF_ERROR(connection.UpdateOne(collection::kTasks,
                                          Make("_id", task.id, "inference_id", task.inference_id, "worker", task.worker,
                                               "attempt", task.attempt, "state", "running"),
                                          Make("$set", end)));
  return {};
}

/// Whether the task's inference wants it run; if so, it is running from now on. If not, the task has been put away.
Result<bool> Begin(Connection& connection, const Taken& taken, TimePoint now) {
  const ObjectId id = taken.task.inference_id;
  IC_ASSIGN_OR_RETURN(const auto found, connection.FindOne(collection::kInferences, Make("_id", id),
                                                           {.projection = Make("status", 1, "cancel_requested", 1)}));
  if (!found) {
    // A deletion that was cut short.
    IC_RETURN_IF_ERROR(connection.Delete(collection::kTasks, Make("inference_id", id)));
    return false;
  }
  const InferenceState state = StateFrom(*found);
  // A cancellation ends all tasks that are queued. It has not come to this one, which was claimed before that; its
  // worker learns of it. One whose worker is gone is not given to another.
  const bool cancelled = state.cancel_requested && taken.was_running;
  if (cancelled || records::IsFinal(state.status)) {
    IC_RETURN_IF_ERROR(EndTaken(connection, taken.task, CancelledResult(taken.task)));
    return false;
  }
  if (state.status == records::InferenceStatus::kQueued) {
    IC_RETURN_IF_ERROR(connection.UpdateOne(collection::kInferences, Make("_id", id, "status", "queued"),
                                            Make("$set", Make("status", "running", "started_at", now))));
  }
  return true;
}

}  // namespace

/// A claim that is cut short leaves a task with a lease. If this process lives on, it ends that lease before its next
/// claim, and takes the attempt back; or else the lease expires, and that was an attempt.
Result<std::optional<Task>> MongoStore::ClaimTask(const ClaimRequest& request) {
  IC_RETURN_IF_ERROR(GiveBackUnanswered());
  Result<std::optional<Task>> claimed = TakeTask(request);
  if (!claimed && claimed.error().code == ErrorCode::kUnavailable) {
    const std::lock_guard lock(unanswered_mutex_);
    unanswered_.insert(request.worker);
  }
  return claimed;
}

/// Once for each claim, however often it is asked for: a lease that has ended is not ended again.
Status MongoStore::GiveBackUnanswered() {
  std::set<std::string> claims;
  {
    const std::lock_guard lock(unanswered_mutex_);
    claims = unanswered_;
  }
  if (claims.empty()) return {};
  const Document of_them = Make("$in", std::vector<std::string_view>(claims.begin(), claims.end()));
  IC_RETURN_IF_ERROR(connection_->UpdateMany(
      collection::kTasks, Make("state", "running", "worker", of_them, "lease_expires_at", Make("$gt", TimePoint())),
      Make("$set", Make("lease_expires_at", TimePoint()), "$inc", Make("attempt", -1))));
  const std::lock_guard lock(unanswered_mutex_);
  for (const std::string& claim : claims) unanswered_.erase(claim);
  return {};
}

Result<std::optional<Task>> MongoStore::TakeTask(const ClaimRequest& request) {
  while (true) {
    IC_ASSIGN_OR_RETURN(const std::optional<Taken> taken, Take(*connection_, request));
    if (!taken) return std::nullopt;
    if (taken->task.attempt > request.max_attempts) {
      Task tried = taken->task;
      tried.attempt = request.max_attempts;
      IC_RETURN_IF_ERROR(EndTaken(*connection_, taken->task, ExhaustedResult(tried)));
      continue;
    }
    IC_ASSIGN_OR_RETURN(const bool begun, Begin(*connection_, *taken, request.now));
    if (begun) return taken->task;
  }
}

}  // namespace intelliclinix::store::mongo
