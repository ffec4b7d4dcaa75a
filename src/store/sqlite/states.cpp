// How inferences stand: progress, results, places in the queue. None of these reads more than it returns.
#include "records/json_codec.h"
#include "store/rules.h"
#include "store/sqlite/job_rows.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::store::sqlite {
namespace {

using records::InferenceStatus;

/// Adds the state of the inference `id`, if it is there.
Status AddState(Database& database, ObjectId id, std::vector<InferenceState>& states) {
  return ForEachRow(
      database.Query("SELECT i.status, i.cancel_requested, i.attempt, i.started_at, i.finished_at, i.error, "
                     "" IC_PROGRESS_COLUMNS " FROM inferences AS i LEFT JOIN tasks AS t INDEXED BY task_progress "
                     "ON t.inference_id = i.id WHERE i.id = ?1 GROUP BY i.id",
                     id),
      [&](const Rows& row) -> Status {
        InferenceState state;
        state.id = id;
        state.status = records::ParseStatus(row.Text(0)).value_or(InferenceStatus::kFailed);
        state.cancel_requested = row.Int(1) != 0;
        state.attempt = static_cast<int>(row.Int(2));
        state.started_at = row.OptionalTime(3);
        state.finished_at = row.OptionalTime(4);
        IC_ASSIGN_OR_RETURN(state.error, ReadError(row, 5));
        state.progress = ReadProgress(row, 6);
        states.push_back(std::move(state));
        return {};
      });
}

}  // namespace

Result<ResultsPage> SqliteStore::ListResults(ObjectId owner, ObjectId id, const ResultsRequest& request) {
  return connections_->Read([&](Database& database) -> Result<ResultsPage> {
    ResultsPageBuilder builder(request);
    IC_ASSIGN_OR_RETURN(const std::optional<InferenceStatus> status, StatusOf(database, owner, id));
    if (!status) return NotFound("inference");
    if (!records::IsFinal(*status)) return std::move(builder).Finish();
    IC_ASSIGN_OR_RETURN(Rows rows,
                        database.Query("SELECT position, result FROM tasks WHERE inference_id = ?1 AND position >= ?2 "
                                       "AND result IS NOT NULL ORDER BY position",
                                       id, request.first));
    while (true) {
      IC_ASSIGN_OR_RETURN(const bool found, rows.Next());
      if (!found) break;
      const std::string text = rows.Text(1);
      if (!builder.Wants(static_cast<int>(rows.Int(0)), text.size())) break;
      IC_ASSIGN_OR_RETURN(const Json json, JsonFromColumn(text));
      IC_ASSIGN_OR_RETURN(records::ImageResult result, records::ImageResultFromJson(json));
      builder.Add(std::move(result));
    }
    return std::move(builder).Finish();
  });
}

Result<std::vector<InferenceState>> SqliteStore::LoadStates(const std::vector<ObjectId>& ids) {
  return connections_->Read([&](Database& database) -> Result<std::vector<InferenceState>> {
    std::vector<InferenceState> states;
    for (const ObjectId id : ids) IC_RETURN_IF_ERROR(AddState(database, id, states));
    return states;
  });
}

Result<std::vector<ObjectId>> SqliteStore::FindUnwanted(const std::vector<ObjectId>& ids) {
  return connections_->Read([&](Database& database) -> Result<std::vector<ObjectId>> {
    std::vector<ObjectId> unwanted;
    for (const ObjectId id : ids) {
      IC_ASSIGN_OR_RETURN(const bool wanted,
                          Exists(database.Query("SELECT 1 FROM inferences WHERE id = ?1 AND NOT cancel_requested "
                                                "AND status IN ('queued', 'running')",
                                                id)));
      if (!wanted) unwanted.push_back(id);
    }
    return unwanted;
  });
}

Result<int> SqliteStore::CountOpenInferences(ObjectId owner) {
  return connections_->Read([&](Database& database) -> Result<int> {
    IC_ASSIGN_OR_RETURN(
        Rows rows,
        database.Query("SELECT count(*) FROM inferences WHERE owner_id = ?1 AND status IN ('queued', 'running')",
                       owner));
    IC_RETURN_IF_ERROR(rows.Next());
    return static_cast<int>(rows.Int(0));
  });
}

Result<std::optional<int>> SqliteStore::QueuePosition(ObjectId id) {
  return connections_->Read([&](Database& database) -> Result<std::optional<int>> {
    IC_ASSIGN_OR_RETURN(
        Rows rows,
        database.Query("SELECT status = 'queued', 1 + (SELECT count(*) FROM inferences AS before "
                       "WHERE before.id < ?1 AND before.status IN ('queued', 'running')) FROM inferences WHERE id = ?1",
                       id));
    IC_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) return NotFound("inference");
    if (rows.Int(0) == 0) return std::nullopt;
    return static_cast<int>(rows.Int(1));
  });
}

}  // namespace intelliclinix::store::sqlite
