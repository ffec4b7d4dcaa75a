// What turns inferences round: cancelling and trying again.
#include "store/rules.h"
#include "store/sqlite/job_rows.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::store::sqlite {
namespace {

using records::InferenceStatus;

/// The answer to a cancellation of what has ended.
Result<InferenceStatus> CancelEnded(Database& database, ObjectId id, InferenceStatus status) {
  IC_ASSIGN_OR_RETURN(Rows rows, database.Query("SELECT error FROM inferences WHERE id = ?1", id));
  IC_RETURN_IF_ERROR(rows.Next());
  IC_ASSIGN_OR_RETURN(const std::optional<records::InferenceError> error, ReadError(rows, 0));
  if (IsCancelled(error)) return status;
  return CannotCancel(status);
}

Result<InferenceStatus> Cancel(Database& database, ObjectId id, InferenceStatus status, TimePoint at) {
  IC_RETURN_IF_ERROR(EndUnheldTasks(database, id, at));
  IC_ASSIGN_OR_RETURN(const TaskCounts counts, CountTasks(database, id));
  if (counts.open > 0) {
    IC_RETURN_IF_ERROR(database.Run("UPDATE inferences SET cancel_requested = 1 WHERE id = ?1", id));
    return status;
  }
  IC_RETURN_IF_ERROR(FailRow(database, id, CancelledError(), at));
  return InferenceStatus::kFailed;
}

/// Errors: kConflict when the model of an inference that is to be tried again is gone.
Status CheckModel(Database& database, ObjectId id) {
  IC_ASSIGN_OR_RETURN(Rows rows,
                      database.Query("SELECT model_id FROM inferences WHERE id = ?1 AND model_imported", id));
  IC_ASSIGN_OR_RETURN(const bool imported, rows.Next());
  if (!imported) return {};
  const std::string model = rows.Text(0);
  IC_ASSIGN_OR_RETURN(const bool has_model, HasModel(database, model));
  return has_model ? Status() : ModelGone(ErrorCode::kConflict, model);
}

}  // namespace

Result<InferenceStatus> SqliteStore::CancelInference(ObjectId owner, ObjectId id, TimePoint at) {
  return connections_->Write([&](Database& database) -> Result<InferenceStatus> {
    IC_ASSIGN_OR_RETURN(const std::optional<InferenceStatus> status, StatusOf(database, owner, id));
    if (!status) return NotFound("inference");
    if (records::IsFinal(*status)) return CancelEnded(database, id, *status);
    return Cancel(database, id, *status, at);
  });
}

Result<int> SqliteStore::RetryFailedImages(ObjectId owner, ObjectId id) {
  return connections_->Write([&](Database& database) -> Result<int> {
    IC_ASSIGN_OR_RETURN(const std::optional<InferenceStatus> status, StatusOf(database, owner, id));
    if (!status) return NotFound("inference");
    IC_ASSIGN_OR_RETURN(const TaskCounts counts, CountTasks(database, id));
    const bool never_begun = *status == InferenceStatus::kFailed && counts.failed + counts.completed == 0;
    if (!records::IsFinal(*status) || (counts.failed == 0 && !never_begun)) return CannotRetry(*status);
    IC_RETURN_IF_ERROR(CheckModel(database, id));
    IC_RETURN_IF_ERROR(
        database.Run("UPDATE tasks SET state = 'queued', attempt = 0, result = NULL, tiles_done = 0 "
                     "WHERE inference_id = ?1 AND state = 'failed'",
                     id));
    IC_RETURN_IF_ERROR(
        database.Run("UPDATE inferences SET status = 'queued', attempt = attempt + 1, cancel_requested = 0, "
                     "started_at = NULL, finished_at = NULL, error = NULL, notes = '' WHERE id = ?1",
                     id));
    return static_cast<int>(counts.failed);
  });
}

}  // namespace intelliclinix::store::sqlite
