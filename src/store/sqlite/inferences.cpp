#include <set>

#include "records/json_codec.h"
#include "store/rules.h"
#include "store/sqlite/job_rows.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::store::sqlite {
namespace {

using records::Inference;

/// Text to be made into SQL at compile time: the columns that ReadInference reads.
#define IC_INFERENCE_COLUMNS                                                                               \
  "SELECT i.id, i.dataset_id, i.owner_id, i.model_id, i.runner_name, i.status, i.dispatched, i.archived, " \
  "i.created_at, i.started_at, i.finished_at, i.notes, i.params, i.provenance, i.error, i.attempt, "       \
  "i.cancel_requested, i.images, i.model_imported"

/// The inferences `page`, newest first, with the columns of ReadProgress from 19 on: folded from their tasks in the
/// same query, from an index alone.
#define IC_SELECT_INFERENCES(page)                                       \
  IC_INFERENCE_COLUMNS                                                   \
  ", " IC_PROGRESS_COLUMNS " FROM (SELECT * FROM inferences WHERE " page \
  ") AS i LEFT JOIN tasks AS t INDEXED BY task_progress ON t.inference_id = i.id GROUP BY i.id ORDER BY i.id DESC"

Result<Inference> ReadInference(const Rows& rows) {
  Inference inference;
  inference.id = rows.Id(0);
  inference.dataset_id = rows.Id(1);
  inference.owner_id = rows.Id(2);
  inference.model_id = rows.Text(3);
  inference.runner_name = rows.Text(4);
  inference.status = records::ParseStatus(rows.Text(5)).value_or(records::InferenceStatus::kFailed);
  inference.dispatched = rows.Int(6) != 0;
  inference.archived = rows.Int(7) != 0;
  inference.created_at = rows.Time(8);
  inference.started_at = rows.OptionalTime(9);
  inference.finished_at = rows.OptionalTime(10);
  inference.notes = rows.Text(11);
  IC_ASSIGN_OR_RETURN(inference.params, JsonFromColumn(rows.Text(12)));
  IC_ASSIGN_OR_RETURN(inference.provenance, JsonFromColumn(rows.Text(13)));
  IC_ASSIGN_OR_RETURN(inference.error, ReadError(rows, 14));
  inference.attempt = static_cast<int>(rows.Int(15));
  inference.cancel_requested = rows.Int(16) != 0;
  if (!rows.IsNull(17)) inference.images = static_cast<int>(rows.Int(17));
  inference.model_imported = rows.Int(18) != 0;
  return inference;
}

Result<Inference> ReadWithProgress(const Rows& rows) {
  IC_ASSIGN_OR_RETURN(Inference inference, ReadInference(rows));
  inference.progress = ReadProgress(rows, 19);
  return inference;
}

std::optional<std::string_view> StatusColumn(const std::optional<records::InferenceStatus>& status) {
  if (!status) return std::nullopt;
  return records::StatusName(*status);
}

Status Insert(Database& database, const Inference& inference) {
  IC_ASSIGN_OR_RETURN(const bool found, Exists(database.Query("SELECT 1 FROM datasets WHERE id = ?1 AND owner_id = ?2",
                                                              inference.dataset_id, inference.owner_id)));
  if (!found) return NotFound("dataset");
  if (inference.model_imported) {
    IC_ASSIGN_OR_RETURN(const bool has_model, HasModel(database, inference.model_id));
    if (!has_model) return ModelGone(ErrorCode::kInvalidArgument, inference.model_id);
  }
  IC_RETURN_IF_ERROR(database.Run(
      "INSERT INTO inferences (id, dataset_id, owner_id, model_id, runner_name, status, dispatched, archived, "
      "created_at, started_at, finished_at, notes, params, provenance, error, attempt, cancel_requested, images, "
      "model_imported) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19) "
      "ON CONFLICT (id) DO NOTHING",
      inference.id, inference.dataset_id, inference.owner_id, inference.model_id, inference.runner_name,
      records::StatusName(inference.status), inference.dispatched, inference.archived, inference.created_at,
      inference.started_at, inference.finished_at, inference.notes, DumpJson(inference.params),
      DumpJson(inference.provenance), ErrorColumn(inference.error), inference.attempt, inference.cancel_requested,
      inference.images, inference.model_imported));
  if (database.Changes() == 0) return IdTaken("inference", inference.id);
  return {};
}

/// What belongs to a key of `owner` already, if it was used.
Result<std::optional<InsertOutcome>> FindKey(Database& database, ObjectId owner, const IdempotencyKey& key) {
  IC_ASSIGN_OR_RETURN(
      Rows rows,
      database.Query("SELECT inference_id, body_sha256 = ?3 FROM idempotency_keys WHERE owner_id = ?1 AND key = ?2",
                     owner, key.key, key.body_sha256));
  IC_ASSIGN_OR_RETURN(const bool found, rows.Next());
  if (!found) return std::nullopt;
  using enum InsertOutcome::Kind;
  return InsertOutcome{rows.Int(1) != 0 ? kRepeated : kKeyReused, rows.Id(0)};
}

}  // namespace

Status SqliteStore::InsertInference(const Inference& inference) {
  return connections_->Write([&](Database& database) { return Insert(database, inference); });
}

Result<InsertOutcome> SqliteStore::InsertInferenceOnce(const Inference& inference, const IdempotencyKey& key) {
  return connections_->Write([&](Database& database) -> Result<InsertOutcome> {
    IC_ASSIGN_OR_RETURN(const std::optional<InsertOutcome> known, FindKey(database, inference.owner_id, key));
    if (known) return *known;
    IC_RETURN_IF_ERROR(Insert(database, inference));
    IC_RETURN_IF_ERROR(
        database.Run("INSERT INTO idempotency_keys (owner_id, key, body_sha256, inference_id, created_at) "
                     "VALUES (?1, ?2, ?3, ?4, ?5)",
                     inference.owner_id, key.key, key.body_sha256, inference.id, inference.created_at));
    return InsertOutcome{InsertOutcome::Kind::kInserted, inference.id};
  });
}

Result<std::optional<InsertOutcome>> SqliteStore::FindIdempotencyKey(ObjectId owner, const IdempotencyKey& key) {
  return connections_->Read([&](Database& database) { return FindKey(database, owner, key); });
}

Status SqliteStore::ForgetIdempotencyKeys(TimePoint created_before) {
  return connections_->Write([&](Database& database) {
    return database.Run("DELETE FROM idempotency_keys WHERE created_at < ?1", created_before);
  });
}

Result<Inference> SqliteStore::GetInference(ObjectId owner, ObjectId id) {
  return connections_->Read([&](Database& database) -> Result<Inference> {
    IC_ASSIGN_OR_RETURN(Rows rows, database.Query(IC_SELECT_INFERENCES("id = ?1 AND owner_id = ?2"), id, owner));
    IC_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) return NotFound("inference");
    return ReadWithProgress(rows);
  });
}

Result<Inference> SqliteStore::LoadInference(ObjectId id) {
  return connections_->Read([&](Database& database) -> Result<Inference> {
    IC_ASSIGN_OR_RETURN(Rows rows, database.Query(IC_INFERENCE_COLUMNS " FROM inferences AS i WHERE i.id = ?1", id));
    IC_ASSIGN_OR_RETURN(const bool found, rows.Next());
    if (!found) return NotFound("inference");
    return ReadInference(rows);
  });
}

Result<Page<Inference>> SqliteStore::ListInferences(ObjectId owner, const InferenceFilter& filter,
                                                    const PageRequest& page) {
  PageBuilder<Inference> builder(page);
  IC_RETURN_IF_ERROR(connections_->Read([&](Database& database) {
    return ForEachRow(
        database.Query(IC_SELECT_INFERENCES("owner_id = ?1 AND (?2 IS NULL OR id < ?2) "
                                            "AND (?3 IS NULL OR dataset_id = ?3) AND (?4 IS NULL OR model_id = ?4) "
                                            "AND (?5 IS NULL OR status = ?5) AND (?6 IS NULL OR archived = ?6) "
                                            "ORDER BY id DESC LIMIT ?7"),
                       owner, page.after, filter.dataset_id, filter.model_id, StatusColumn(filter.status),
                       filter.archived, PageLimit(page) + 1),
        [&builder](const Rows& row) -> Status {
          IC_ASSIGN_OR_RETURN(Inference inference, ReadWithProgress(row));
          builder.Add(std::move(inference));
          return {};
        });
  }));
  return std::move(builder).Finish();
}

Result<ArchiveCounts> SqliteStore::ArchiveInferences(ObjectId owner, const std::vector<ObjectId>& ids, bool archived) {
  return connections_->Write([&](Database& database) -> Result<ArchiveCounts> {
    ArchiveCounts counts;
    for (const ObjectId id : std::set<ObjectId>(ids.begin(), ids.end())) {
      IC_ASSIGN_OR_RETURN(
          const bool found,
          Exists(database.Query("SELECT 1 FROM inferences WHERE id = ?1 AND owner_id = ?2", id, owner)));
      if (!found) continue;
      ++counts.matched;
      IC_RETURN_IF_ERROR(
          database.Run("UPDATE inferences SET archived = ?2 WHERE id = ?1 AND archived <> ?2", id, archived));
      counts.modified += database.Changes();
    }
    return counts;
  });
}

Status SqliteStore::DeleteInference(ObjectId owner, ObjectId id) {
  IC_ASSIGN_OR_RETURN(
      const std::vector<ObjectId> blobs, connections_->Write([&](Database& database) -> Result<std::vector<ObjectId>> {
        IC_RETURN_IF_ERROR(database.Run("DELETE FROM inferences WHERE id = ?1 AND owner_id = ?2", id, owner));
        if (database.Changes() == 0) return NotFound("inference");
        return ReadIds(database.Query("DELETE FROM blobs WHERE inference_id = ?1 RETURNING id", id));
      }));
  RemoveBlobFiles(blobs);
  return {};
}

Result<bool> SqliteStore::FailInference(ObjectId id, const records::InferenceError& error, TimePoint at) {
  return connections_->Write([&](Database& database) -> Result<bool> {
    IC_RETURN_IF_ERROR(
        database.Run("UPDATE inferences SET status = 'failed', finished_at = ?2, error = ?3, notes = ?4 "
                     "WHERE id = ?1 AND NOT dispatched AND status IN ('queued', 'running')",
                     id, at, ErrorColumn(error), error.detail));
    if (database.Changes() == 1) return true;
    IC_ASSIGN_OR_RETURN(const bool found, Exists(database.Query("SELECT 1 FROM inferences WHERE id = ?1", id)));
    if (!found) return NotFound("inference");
    return false;
  });
}

Result<std::vector<ObjectId>> SqliteStore::ListUndispatched(int limit) {
  return connections_->Read([&](Database& database) {
    return ReadIds(database.Query(
        "SELECT id FROM inferences WHERE status = 'queued' AND dispatched = 0 ORDER BY id LIMIT ?1", limit));
  });
}

}  // namespace intelliclinix::store::sqlite
