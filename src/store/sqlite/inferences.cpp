#include <set>

#include "records/json_codec.h"
#include "store/rules.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::store::sqlite {
namespace {

using records::Inference;

/// Text to be made into SQL at compile time: the columns that ReadInference reads, of the inferences `page`, with
/// progress folded from their tasks in the same query.
#define IC_SELECT_INFERENCES(page)                                                                         \
  "SELECT i.id, i.dataset_id, i.owner_id, i.model_id, i.runner_name, i.status, i.dispatched, i.archived, " \
  "i.created_at, i.started_at, i.finished_at, i.notes, i.params, i.provenance, i.error, count(t.id), "     \
  "coalesce(sum(t.state IN ('completed', 'failed')), 0), coalesce(sum(t.tiles_done), 0), "                 \
  "coalesce(sum(t.tiles_total), 0) FROM (SELECT * FROM inferences WHERE " page                             \
  ") AS i LEFT JOIN tasks AS t ON t.inference_id = i.id GROUP BY i.id ORDER BY i.id DESC"

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
  if (!rows.IsNull(14)) {
    IC_ASSIGN_OR_RETURN(const Json error, JsonFromColumn(rows.Text(14)));
    IC_ASSIGN_OR_RETURN(inference.error, records::InferenceErrorFromJson(error));
  }
  inference.progress.images_total = static_cast<int>(rows.Int(15));
  inference.progress.images_done = static_cast<int>(rows.Int(16));
  inference.progress.tiles_done = static_cast<int>(rows.Int(17));
  inference.progress.tiles_total = static_cast<int>(rows.Int(18));
  return inference;
}

/// The results of an inference that has ended lie in its tasks and nowhere else.
Status ReadResults(Database& database, Inference& inference) {
  return ForEachRow(
      database.Query("SELECT result FROM tasks WHERE inference_id = ?1 AND result IS NOT NULL ORDER BY position",
                     inference.id),
      [&inference](const Rows& row) -> Status {
        IC_ASSIGN_OR_RETURN(const Json json, JsonFromColumn(row.Text(0)));
        IC_ASSIGN_OR_RETURN(records::ImageResult result, records::ImageResultFromJson(json));
        inference.results.push_back(std::move(result));
        return {};
      });
}

/// The inference `id`, of `owner` if one is given.
Result<Inference> FindInference(Database& database, std::optional<ObjectId> owner, ObjectId id) {
  IC_ASSIGN_OR_RETURN(Rows rows,
                      database.Query(IC_SELECT_INFERENCES("id = ?1 AND (?2 IS NULL OR owner_id = ?2)"), id, owner));
  IC_ASSIGN_OR_RETURN(const bool found, rows.Next());
  if (!found) return NotFound("inference");
  IC_ASSIGN_OR_RETURN(Inference inference, ReadInference(rows));
  if (records::IsFinal(inference.status)) IC_RETURN_IF_ERROR(ReadResults(database, inference));
  return inference;
}

std::optional<std::string> ErrorColumn(const std::optional<records::InferenceError>& error) {
  if (!error) return std::nullopt;
  return DumpJson(records::ToJson(*error));
}

std::optional<std::string_view> StatusColumn(const std::optional<records::InferenceStatus>& status) {
  if (!status) return std::nullopt;
  return records::StatusName(*status);
}

}  // namespace

Status SqliteStore::InsertInference(const Inference& inference) {
  return connections_->Write([&](Database& database) -> Status {
    IC_ASSIGN_OR_RETURN(const bool found,
                        Exists(database.Query("SELECT 1 FROM datasets WHERE id = ?1 AND owner_id = ?2",
                                              inference.dataset_id, inference.owner_id)));
    if (!found) return NotFound("dataset");
    IC_RETURN_IF_ERROR(database.Run(
        "INSERT INTO inferences (id, dataset_id, owner_id, model_id, runner_name, status, dispatched, archived, "
        "created_at, started_at, finished_at, notes, params, provenance, error) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) ON CONFLICT (id) DO NOTHING",
        inference.id, inference.dataset_id, inference.owner_id, inference.model_id, inference.runner_name,
        records::StatusName(inference.status), inference.dispatched, inference.archived, inference.created_at,
        inference.started_at, inference.finished_at, inference.notes, DumpJson(inference.params),
        DumpJson(inference.provenance), ErrorColumn(inference.error)));
    if (database.Changes() == 0) return IdTaken("inference", inference.id);
    return {};
  });
}

Result<Inference> SqliteStore::GetInference(ObjectId owner, ObjectId id) {
  return connections_->Read([&](Database& database) { return FindInference(database, owner, id); });
}

Result<Inference> SqliteStore::LoadInference(ObjectId id) {
  return connections_->Read([&](Database& database) { return FindInference(database, std::nullopt, id); });
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
          IC_ASSIGN_OR_RETURN(Inference inference, ReadInference(row));
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
                     "WHERE id = ?1 AND status IN ('queued', 'running')",
                     id, at, ErrorColumn(error), error.detail));
    if (database.Changes() == 1) return true;
    IC_ASSIGN_OR_RETURN(const bool found, Exists(database.Query("SELECT 1 FROM inferences WHERE id = ?1", id)));
    if (!found) return NotFound("inference");
    return false;
  });
}

Result<std::vector<ObjectId>> SqliteStore::ListUndispatched(int limit) {
  // The first condition follows from the second; with it SQLite takes the index open_inferences.
  return connections_->Read([&](Database& database) {
    return ReadIds(
        database.Query("SELECT id FROM inferences WHERE status IN ('queued', 'running') AND status = 'queued' "
                       "AND NOT dispatched ORDER BY id LIMIT ?1",
                       limit));
  });
}

}  // namespace intelliclinix::store::sqlite
