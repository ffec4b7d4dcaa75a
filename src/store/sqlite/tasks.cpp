#include "records/json_codec.h"
#include "store/rules.h"
#include "store/sqlite/job_rows.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::store::sqlite {
namespace {

using records::Task;
using records::TaskState;

/// Text to be made into SQL at compile time: the first task that can be claimed at ?1, of the owners `owners`. The
/// index open_tasks gives tasks in this order, so that few are looked at: those that run with a live lease.
#define IC_SELECT_CLAIMABLE(owners)                                                                                  \
  "SELECT t.id, t.inference_id, t.owner_id, t.source_id, t.picture_id, t.filename, t.position, t.attempt, "          \
  "t.tiles_total, t.axes FROM tasks AS t INDEXED BY open_tasks CROSS JOIN inferences AS i ON i.id = t.inference_id " \
  "WHERE t.state IN ('queued', 'running') AND (t.state = 'queued' OR t.lease_expires_at <= ?1) "                     \
  "AND i.dispatched AND NOT i.cancel_requested AND i.status IN ('queued', 'running') " owners                        \
  " ORDER BY t.owner_id, t.inference_id, t.position LIMIT 1"

/// Text to be made into SQL at compile time: the fence, with the lease as parameters ?1 to ?4.
#define IC_WHERE_LEASED " WHERE id = ?1 AND inference_id = ?2 AND worker = ?3 AND attempt = ?4 AND state = 'running'"

Result<std::optional<Task>> ReadClaimable(Result<Rows> claimable) {
  IC_ASSIGN_OR_RETURN(Rows rows, std::move(claimable));
  IC_ASSIGN_OR_RETURN(const bool found, rows.Next());
  if (!found) return std::nullopt;
  Task task;
  task.id = rows.Id(0);
  task.inference_id = rows.Id(1);
  task.owner_id = rows.Id(2);
  task.source_id = rows.Id(3);
  task.picture_id = rows.Id(4);
  task.filename = rows.Text(5);
  task.position = static_cast<int>(rows.Int(6));
  task.attempt = static_cast<int>(rows.Int(7));
  task.progress.tiles_total = static_cast<int>(rows.Int(8));
  task.axes = rows.Text(9);
  return task;
}

Result<std::optional<Task>> FindClaimable(Database& database, const TaskStore::ClaimRequest& request) {
  if (request.after_owner) {
    IC_ASSIGN_OR_RETURN(
        std::optional<Task> task,
        ReadClaimable(database.Query(IC_SELECT_CLAIMABLE("AND t.owner_id > ?2"), request.now, *request.after_owner)));
    if (task) return task;
  }
  return ReadClaimable(database.Query(IC_SELECT_CLAIMABLE(""), request.now));
}

Status MarkClaimed(Database& database, const Task& task, ObjectId process, TimePoint now) {
  IC_RETURN_IF_ERROR(
      database.Run("UPDATE tasks SET state = 'running', attempt = ?2, worker = ?3, lease_expires_at = ?4, "
                   "process = ?5, tiles_done = 0 WHERE id = ?1",
                   task.id, task.attempt, task.worker, task.lease_expires_at, process));
  return database.Run(
      "UPDATE inferences SET status = 'running', started_at = coalesce(started_at, ?2) "
      "WHERE id = ?1 AND status = 'queued'",
      task.inference_id, now);
}

Status InsertTask(Database& database, ObjectId inference, const Task& task) {
  return database.Run(
      "INSERT INTO tasks (id, inference_id, position, owner_id, source_id, picture_id, filename, state, attempt, "
      "worker, lease_expires_at, tiles_done, tiles_total, axes) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'queued', 0, '', 0, 0, ?8, ?9) "
      "ON CONFLICT (inference_id, position) DO NOTHING",
      task.id, inference, task.position, task.owner_id, task.source_id, task.picture_id, task.filename,
      task.progress.tiles_total, task.axes);
}

Result<records::InferenceError> AllFailed(Database& database, ObjectId inference, std::int64_t images) {
  IC_ASSIGN_OR_RETURN(
      Rows rows,
      database.Query("SELECT result FROM tasks WHERE inference_id = ?1 ORDER BY position LIMIT 1", inference));
  IC_RETURN_IF_ERROR(rows.Next());
  IC_ASSIGN_OR_RETURN(const Json json, JsonFromColumn(rows.Text(0)));
  IC_ASSIGN_OR_RETURN(const records::ImageResult first, records::ImageResultFromJson(json));
  return AllFailedError(static_cast<int>(images), first);
}

/// `provenance` with the times of the inference's tasks, summed by stage, in the order in which they first appear.
Result<Json> WithTimings(Database& database, ObjectId inference, Json provenance) {
  Json& timings = provenance["timings_ms"] = Json::object();
  IC_RETURN_IF_ERROR(ForEachRow(database.Query("SELECT coalesce(result ->> '$.timings_ms', '{}') FROM tasks "
                                               "WHERE inference_id = ?1 AND result IS NOT NULL ORDER BY position",
                                               inference),
                                [&timings](const Rows& row) -> Status {
                                  IC_ASSIGN_OR_RETURN(const Json result, JsonFromColumn(row.Text(0)));
                                  AddTimings(timings, result);
                                  return {};
                                }));
  return provenance;
}

/// What FinishInference needs to know of an inference that is open.
struct OpenInference {
  bool cancelled = false;
};

Result<std::optional<OpenInference>> FindOpen(Database& database, ObjectId inference) {
  IC_ASSIGN_OR_RETURN(Rows rows, database.Query("SELECT cancel_requested FROM inferences WHERE id = ?1 AND dispatched "
                                                "AND status IN ('queued', 'running')",
                                                inference));
  IC_ASSIGN_OR_RETURN(const bool found, rows.Next());
  if (!found) return std::nullopt;
  return OpenInference{rows.Int(0) != 0};
}

Result<bool> HasOpenTasks(Database& database, ObjectId inference) {
  return Exists(
      database.Query("SELECT 1 FROM tasks INDEXED BY task_progress WHERE inference_id = ?1 "
                     "AND state IN ('queued', 'running') LIMIT 1",
                     inference));
}

Result<bool> IsBeingCancelled(Database& database, ObjectId inference) {
  return Exists(database.Query("SELECT 1 FROM inferences WHERE id = ?1 AND cancel_requested", inference));
}

/// Why an inference of which every task has ended fails, if it does.
Result<std::optional<records::InferenceError>> FailureOf(Database& database, ObjectId inference, bool cancelled,
                                                         const TaskCounts& counts) {
  if (cancelled) return CancelledError();
  if (counts.completed > 0 || counts.failed == 0) return std::nullopt;
  return AllFailed(database, inference, counts.failed);
}

}  // namespace

Status SqliteStore::InsertTasks(ObjectId inference, const std::vector<Task>& tasks) {
  return connections_->Write([&](Database& database) -> Status {
    IC_ASSIGN_OR_RETURN(const bool found, Exists(database.Query("SELECT 1 FROM inferences WHERE id = ?1", inference)));
    if (!found) return NotFound("inference");
    IC_RETURN_IF_ERROR(database.Run(
        "UPDATE inferences SET dispatched = 1 WHERE id = ?1 AND status IN ('queued', 'running')", inference));
    if (database.Changes() == 0) return {};
    for (const Task& task : tasks) IC_RETURN_IF_ERROR(InsertTask(database, inference, task));
    return {};
  });
}

Result<std::optional<Task>> SqliteStore::ClaimTask(const ClaimRequest& request) {
  IC_ASSIGN_OR_RETURN(std::optional<Task> task, ClaimOnce(request));
  if (task) return task;
  IC_ASSIGN_OR_RETURN(const bool more, EndLeasesOfTheDead());
  if (!more) return std::nullopt;
  return ClaimOnce(request);
}

Result<std::optional<Task>> SqliteStore::ClaimOnce(const ClaimRequest& request) {
  // A claim that a power cut takes is no loss: its worker is gone too.
  const auto claim = [&](Database& database) -> Result<std::optional<Task>> {
    while (true) {
      IC_ASSIGN_OR_RETURN(std::optional<Task> task, FindClaimable(database, request));
      if (!task) return std::nullopt;
      if (task->attempt >= request.max_attempts) {
        IC_RETURN_IF_ERROR(EndTask(database, task->id, ExhaustedResult(*task)));
        continue;
      }
      task->state = TaskState::kRunning;
      ++task->attempt;
      task->worker = request.worker;
      task->lease_expires_at = request.now + request.lease;
      IC_RETURN_IF_ERROR(MarkClaimed(database, *task, folder_->process(), request.now));
      return task;
    }
  };
  return connections_->Write(claim, Durability::kRelaxed);
}

Result<LeaseState> SqliteStore::RenewLease(const records::TaskLease& lease, const records::Progress& progress,
                                           TimePoint expires_at) {
  const auto renew = [&](Database& database) -> Result<LeaseState> {
    IC_RETURN_IF_ERROR(database.Run(
        "UPDATE tasks SET lease_expires_at = ?5, tiles_done = ?6, tiles_total = ?7" IC_WHERE_LEASED, lease.task_id,
        lease.inference_id, lease.worker, lease.attempt, expires_at, progress.tiles_done, progress.tiles_total));
    if (database.Changes() == 0) return LeaseState::kLost;
    IC_ASSIGN_OR_RETURN(const bool cancelled, IsBeingCancelled(database, lease.inference_id));
    return cancelled ? LeaseState::kCancelled : LeaseState::kHeld;
  };
  // A heartbeat that a power cut takes is no loss: its worker is gone too.
  return connections_->Write(renew, Durability::kRelaxed);
}

Result<bool> SqliteStore::CommitTask(const records::TaskLease& lease, const records::ImageResult& result) {
  const TaskState state = result.completed ? TaskState::kCompleted : TaskState::kFailed;
  return connections_->Write([&](Database& database) -> Result<bool> {
    IC_RETURN_IF_ERROR(
        database.Run("UPDATE tasks SET state = ?5, result = ?6, tiles_done = tiles_total" IC_WHERE_LEASED,
                     lease.task_id, lease.inference_id, lease.worker, lease.attempt, records::TaskStateName(state),
                     DumpJson(records::ToJson(result))));
    if (database.Changes() == 0) return false;
    for (const records::Artifact& artifact : result.artifacts) {
      IC_RETURN_IF_ERROR(KeepBlob(database, artifact.blob_id));
    }
    return true;
  });
}

Result<bool> SqliteStore::ReleaseTask(const records::TaskLease& lease) {
  return connections_->Write([&](Database& database) -> Result<bool> {
    IC_RETURN_IF_ERROR(
        database.Run("UPDATE tasks SET state = 'queued', attempt = attempt - 1, tiles_done = 0" IC_WHERE_LEASED,
                     lease.task_id, lease.inference_id, lease.worker, lease.attempt));
    if (database.Changes() == 0) return false;
    IC_ASSIGN_OR_RETURN(const bool cancelled, IsBeingCancelled(database, lease.inference_id));
    if (cancelled) IC_RETURN_IF_ERROR(EndUnheldTasks(database, lease.inference_id, TimePoint::min()));
    return true;
  });
}

Result<bool> SqliteStore::FinishInference(ObjectId inference, const Json& provenance, TimePoint at) {
  return connections_->Write([&](Database& database) -> Result<bool> {
    IC_ASSIGN_OR_RETURN(const std::optional<OpenInference> open, FindOpen(database, inference));
    if (!open) return false;
    if (open->cancelled) IC_RETURN_IF_ERROR(EndUnheldTasks(database, inference, at));
    // Asked at each commit, of inferences of many images too: the counts are made once.
    IC_ASSIGN_OR_RETURN(const bool has_open, HasOpenTasks(database, inference));
    if (has_open) return false;
    IC_ASSIGN_OR_RETURN(const TaskCounts counts, CountTasks(database, inference));
    IC_ASSIGN_OR_RETURN(const Json timed, WithTimings(database, inference, provenance));
    IC_RETURN_IF_ERROR(
        database.Run("UPDATE inferences SET status = 'completed', provenance = ?2, finished_at = ?3 WHERE id = ?1",
                     inference, DumpJson(timed), at));
    IC_ASSIGN_OR_RETURN(const auto failure, FailureOf(database, inference, open->cancelled, counts));
    if (failure) IC_RETURN_IF_ERROR(FailRow(database, inference, *failure, at));
    return true;
  });
}

Result<std::vector<ObjectId>> SqliteStore::ListUnfinished(TimePoint now, int limit) {
  return connections_->Read([&](Database& database) {
    return ReadIds(database.Query(
        "SELECT i.id FROM inferences AS i WHERE i.status IN ('queued', 'running') AND i.dispatched AND NOT EXISTS "
        "(SELECT 1 FROM tasks AS t INDEXED BY task_progress WHERE t.inference_id = i.id AND "
        "t.state IN ('queued', 'running') AND "
        "NOT (i.cancel_requested AND (t.state = 'queued' OR t.lease_expires_at <= ?1))) ORDER BY i.id LIMIT ?2",
        now, limit));
  });
}

Result<int> SqliteStore::CountOpenTasks() {
  return connections_->Read([](Database& database) -> Result<int> {
    IC_ASSIGN_OR_RETURN(const std::int64_t count,
                        database.QueryInt("SELECT count(*) FROM tasks WHERE state IN ('queued', 'running')"));
    return static_cast<int>(count);
  });
}

}  // namespace intelliclinix::store::sqlite
