#include "store/sqlite/job_rows.h"

#include <vector>

#include "records/json_codec.h"
#include "store/rules.h"

namespace intelliclinix::store::sqlite {

using records::Task;
using records::TaskState;

records::Progress ReadProgress(const Rows& rows, int first) {
  records::Progress progress;
  progress.images_total = static_cast<int>(rows.Int(first));
  progress.images_done = static_cast<int>(rows.Int(first + 1));
  progress.tiles_done = static_cast<int>(rows.Int(first + 2));
  progress.tiles_total = static_cast<int>(rows.Int(first + 3));
  return progress;
}

std::optional<std::string> ErrorColumn(const std::optional<records::InferenceError>& error) {
  if (!error) return std::nullopt;
  return DumpJson(records::ToJson(*error));
}

Result<std::optional<records::InferenceError>> ReadError(const Rows& rows, int column) {
  if (rows.IsNull(column)) return std::nullopt;
  IC_ASSIGN_OR_RETURN(const Json json, JsonFromColumn(rows.Text(column)));
  return records::InferenceErrorFromJson(json);
}

Result<std::optional<records::InferenceStatus>> StatusOf(Database& database, ObjectId owner, ObjectId id) {
  IC_ASSIGN_OR_RETURN(Rows rows,
                      database.Query("SELECT status FROM inferences WHERE id = ?1 AND owner_id = ?2", id, owner));
  IC_ASSIGN_OR_RETURN(const bool found, rows.Next());
  if (!found) return std::nullopt;
  return records::ParseStatus(rows.Text(0)).value_or(records::InferenceStatus::kFailed);
}

Result<bool> HasModel(Database& database, std::string_view id) {
  return Exists(database.Query("SELECT 1 FROM models WHERE id = ?1", id));
}

Task ReadTaskNames(const Rows& rows) {
  Task task;
  task.id = rows.Id(0);
  task.source_id = rows.Id(1);
  task.picture_id = rows.Id(2);
  task.filename = rows.Text(3);
  return task;
}

Status EndTask(Database& database, ObjectId task, const records::ImageResult& result) {
  return database.Run("UPDATE tasks SET state = ?2, result = ?3, tiles_done = tiles_total WHERE id = ?1", task,
                      records::TaskStateName(result.completed ? TaskState::kCompleted : TaskState::kFailed),
                      DumpJson(records::ToJson(result)));
}

Status EndUnheldTasks(Database& database, ObjectId inference, TimePoint now) {
  std::vector<Task> tasks;
  IC_RETURN_IF_ERROR(
      ForEachRow(database.Query("SELECT id, source_id, picture_id, filename FROM tasks WHERE inference_id = ?1 AND "
                                "(state = 'queued' OR (state = 'running' AND lease_expires_at <= ?2))",
                                inference, now),
                 [&tasks](const Rows& row) -> Status {
                   tasks.push_back(ReadTaskNames(row));
                   return {};
                 }));
  for (const Task& task : tasks) IC_RETURN_IF_ERROR(EndTask(database, task.id, CancelledResult(task)));
  return {};
}

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

Status FailRow(Database& database, ObjectId inference, const records::InferenceError& error, TimePoint at) {
  return database.Run("UPDATE inferences SET status = 'failed', finished_at = ?2, error = ?3, notes = ?4 WHERE id = ?1",
                      inference, at, ErrorColumn(error), error.detail);
}

}  // namespace intelliclinix::store::sqlite
