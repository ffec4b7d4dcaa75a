#include "records/json_codec.h"
#include "store/rules.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::store::sqlite {
namespace {

using records::Task;
using records::TaskState;

/// The oldest task that can be claimed at ?1. The index open_tasks gives tasks in this order, so that few are looked
/// at: those that run with a live lease.
constexpr const char* kSelectClaimable =
    "SELECT t.id, t.inference_id, t.owner_id, t.source_id, t.picture_id, t.filename, t.position, t.attempt, "
    "t.tiles_total FROM tasks AS t CROSS JOIN inferences AS i ON i.id = t.inference_id "
    "WHERE t.state IN ('queued', 'running') AND (t.state = 'queued' OR t.lease_expires_at <= ?1) "
    "AND i.dispatched AND i.status IN ('queued', 'running') ORDER BY t.inference_id, t.position LIMIT 1";

/// Text to be made into SQL at compile time: the fence, with the lease as parameters ?1 to ?4.
#define IC_WHERE_LEASED " WHERE id = ?1 AND inference_id = ?2 AND worker = ?3 AND attempt = ?4 AND state = 'running'"

Result<std::optional<Task>> FindClaimable(Database& database, TimePoint now) {
  IC_ASSIGN_OR_RETURN(Rows rows, database.Query(kSelectClaimable, now));
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
  return task;
}

Status MarkClaimed(Database& database, const Task& task, TimePoint now) {
  IC_RETURN_IF_ERROR(
      database.Run("UPDATE tasks SET state = 'running', attempt = ?2, worker = ?3, lease_expires_at = ?4, "
                   "tiles_done = 0 WHERE id = ?1",
                   task.id, task.attempt, task.worker, task.lease_expires_at));
  return database.Run(
      "UPDATE inferences SET status = 'running', started_at = coalesce(started_at, ?2) "
      "WHERE id = ?1 AND status = 'queued'",
      task.inference_id, now);
}

Status MarkExhausted(Database& database, const Task& task) {
  return database.Run("UPDATE tasks SET state = 'failed', result = ?2, tiles_done = tiles_total WHERE id = ?1", task.id,
                      DumpJson(records::ToJson(ExhaustedResult(task))));
}

Status InsertTask(Database& database, ObjectId inference, const Task& task) {
  return database.Run(
      "INSERT INTO tasks (id, inference_id, position, owner_id, source_id, picture_id, filename, state, attempt, "
      "worker, lease_expires_at, tiles_done, tiles_total) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'queued', 0, '', 0, 0, ?8) ON CONFLICT (inference_id, position) DO NOTHING",
      task.id, inference, task.position, task.owner_id, task.source_id, task.picture_id, task.filename,
      task.progress.tiles_total);
}

/// How many tasks of an inference there are in each state that matters to its end.
struct TaskCounts {
  std::int64_t open = 0;
  std::int64_t completed = 0;
  std::int64_t failed = 0;
};

Result<TaskCounts> CountTasks(Database& database, ObjectId inference) {
  TaskCounts counts;
  IC_RETURN_IF_ERROR(
      ForEachRow(database.Query("SELECT state, count(*) FROM tasks WHERE inference_id = ?1 GROUP BY state", inference),
                 [&counts](const Rows& row) -> Status {
                   const std::string state = row.Text(0);
                   const bool completed = state == records::TaskStateName(TaskState::kCompleted);
                   const bool failed = state == records::TaskStateName(TaskState::kFailed);
                   (completed ? counts.completed : failed ? counts.failed : counts.open) += row.Int(1);
                   return {};
                 }));
  return counts;
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

/// Whether the inference runs, is dispatched and has not ended.
Result<bool> IsOpen(Database& database, ObjectId inference) {
  return Exists(database.Query(
      "SELECT 1 FROM inferences WHERE id = ?1 AND dispatched AND status IN ('queued', 'running')", inference));
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
  return connections_->Write([&](Database& database) -> Result<std::optional<Task>> {
    while (true) {
      IC_ASSIGN_OR_RETURN(std::optional<Task> task, FindClaimable(database, request.now));
      if (!task) return std::nullopt;
      if (task->attempt >= request.max_attempts) {
        IC_RETURN_IF_ERROR(MarkExhausted(database, *task));
        continue;
      }
      task->state = TaskState::kRunning;
      ++task->attempt;
      task->worker = request.worker;
      task->lease_expires_at = request.now + request.lease;
      IC_RETURN_IF_ERROR(MarkClaimed(database, *task, request.now));
      return task;
    }
  });
}

Result<bool> SqliteStore::RenewLease(const records::TaskLease& lease, const records::Progress& progress,
                                     TimePoint expires_at) {
  // A heartbeat that a power cut takes is no loss: its worker is gone too.
  return connections_->Write(
      [&](Database& database) -> Result<bool> {
        IC_RETURN_IF_ERROR(database.Run(
            "UPDATE tasks SET lease_expires_at = ?5, tiles_done = ?6, tiles_total = ?7" IC_WHERE_LEASED, lease.task_id,
            lease.inference_id, lease.worker, lease.attempt, expires_at, progress.tiles_done, progress.tiles_total));
        return database.Changes() == 1;
      },
      Durability::kRelaxed);
}

Result<bool> SqliteStore::CommitTask(const records::TaskLease& lease, const records::ImageResult& result) {
  const TaskState state = result.completed ? TaskState::kCompleted : TaskState::kFailed;
  return connections_->Write([&](Database& database) -> Result<bool> {
    IC_RETURN_IF_ERROR(
        database.Run("UPDATE tasks SET state = ?5, result = ?6, tiles_done = tiles_total" IC_WHERE_LEASED,
                     lease.task_id, lease.inference_id, lease.worker, lease.attempt, records::TaskStateName(state),
                     DumpJson(records::ToJson(result))));
    return database.Changes() == 1;
  });
}

Result<bool> SqliteStore::ReleaseTask(const records::TaskLease& lease) {
  return connections_->Write([&](Database& database) -> Result<bool> {
    IC_RETURN_IF_ERROR(
        database.Run("UPDATE tasks SET state = 'queued', attempt = attempt - 1, tiles_done = 0" IC_WHERE_LEASED,
                     lease.task_id, lease.inference_id, lease.worker, lease.attempt));
    return database.Changes() == 1;
  });
}

Result<bool> SqliteStore::FinishInference(ObjectId inference, const Json& provenance, TimePoint at) {
  return connections_->Write([&](Database& database) -> Result<bool> {
    IC_ASSIGN_OR_RETURN(const bool open, IsOpen(database, inference));
    if (!open) return false;
    IC_ASSIGN_OR_RETURN(const TaskCounts counts, CountTasks(database, inference));
    if (counts.open > 0) return false;
    IC_ASSIGN_OR_RETURN(const Json timed, WithTimings(database, inference, provenance));
    IC_RETURN_IF_ERROR(
        database.Run("UPDATE inferences SET status = 'completed', provenance = ?2, finished_at = ?3 WHERE id = ?1",
                     inference, DumpJson(timed), at));
    if (counts.completed > 0 || counts.failed == 0) return true;
    IC_ASSIGN_OR_RETURN(const records::InferenceError error, AllFailed(database, inference, counts.failed));
    IC_RETURN_IF_ERROR(database.Run("UPDATE inferences SET status = 'failed', error = ?2, notes = ?3 WHERE id = ?1",
                                    inference, DumpJson(records::ToJson(error)), error.detail));
    return true;
  });
}

Result<std::vector<ObjectId>> SqliteStore::ListUnfinished(int limit) {
  return connections_->Read([&](Database& database) {
    return ReadIds(database.Query(
        "SELECT i.id FROM inferences AS i WHERE i.status IN ('queued', 'running') AND i.dispatched AND NOT EXISTS "
        "(SELECT 1 FROM tasks AS t WHERE t.inference_id = i.id AND t.state IN ('queued', 'running')) "
        "ORDER BY i.id LIMIT ?1",
        limit));
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
