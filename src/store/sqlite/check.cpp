// What contradicts itself in a database and its files.
#include <array>
#include <limits>

#include "records/json_codec.h"
#include "store/rules.h"
#include "store/sqlite/job_rows.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::store::sqlite {
namespace {

using namespace inconsistency;

/// Blobs are named in documents by 24 hex digits.
#define IC_BLOB_NAMES "SELECT lower(hex(id)) FROM blobs"
#define IC_SOURCE_NAMES                                                                          \
  "SELECT file.value ->> '$.gridfs_id' FROM datasets, json_each(datasets.files) AS file "        \
  "UNION SELECT file.value ->> '$.preview_id' FROM datasets, json_each(datasets.files) AS file " \
  "WHERE file.value ->> '$.preview_id' IS NOT NULL"
#define IC_ARTIFACT_NAMES                                                                                   \
  "SELECT artifact.value ->> '$.gridfs_id' FROM tasks, json_each(tasks.result, '$.artifacts') AS artifact " \
  "WHERE tasks.result IS NOT NULL"
#define IC_CORRECTION_NAMES "SELECT document ->> '$.gridfs_id' FROM corrections"
#define IC_MODEL_FILES "models, json_each(models.document, '$.files') AS file"
#define IC_MODEL_NAMES "SELECT file.value ->> '$.gridfs_id' FROM " IC_MODEL_FILES
#define IC_IS_OPEN "IN ('queued', 'running')"
#define IC_IS_FINAL "IN ('completed', 'failed')"

/// One kind: a query for those at fault, as id and name, and the statement that puts one of them right, if any does.
/// Order matters: what one puts right may be what the next looks for.
struct Rule {
  std::string_view kind;
  const char* find;
  const char* fix;  ///< ?1: the id
};

constexpr std::array kRules = {
    Rule{kInferenceWithoutDataset, "SELECT id, '' FROM inferences WHERE dataset_id NOT IN (SELECT id FROM datasets)",
         "DELETE FROM inferences WHERE id = ?1"},
    Rule{kTaskWithoutInference, "SELECT id, filename FROM tasks WHERE inference_id NOT IN (SELECT id FROM inferences)",
         "DELETE FROM tasks WHERE id = ?1"},
    Rule{kCorrectionWithoutInference,
         "SELECT id, document ->> '$.source_filename' FROM corrections "
         "WHERE inference_id NOT IN (SELECT id FROM inferences)",
         "DELETE FROM corrections WHERE id = ?1"},
    Rule{kCorrectionWithoutBlob,
         "SELECT id, document ->> '$.source_filename' FROM corrections "
         "WHERE document ->> '$.gridfs_id' NOT IN (" IC_BLOB_NAMES ")",
         "DELETE FROM corrections WHERE id = ?1"},
    Rule{kKeyWithoutInference,
         "SELECT inference_id, key FROM idempotency_keys WHERE inference_id NOT IN (SELECT id FROM inferences)",
         "DELETE FROM idempotency_keys WHERE inference_id = ?1"},
    Rule{kDatasetWithoutBlob,
         "SELECT DISTINCT datasets.id, file.value ->> '$.filename' FROM datasets, json_each(datasets.files) AS file "
         "WHERE file.value ->> '$.gridfs_id' NOT IN (" IC_BLOB_NAMES
         ") OR file.value ->> '$.preview_id' NOT IN (" IC_BLOB_NAMES ")",
         nullptr},
    Rule{kReferenceMisnoted,
         "SELECT id, filename FROM blobs WHERE kept <> (lower(hex(id)) IN (" IC_SOURCE_NAMES " UNION " IC_ARTIFACT_NAMES
         " UNION " IC_CORRECTION_NAMES " UNION " IC_MODEL_NAMES "))",
         "UPDATE blobs SET kept = 1 - kept WHERE id = ?1"},
    Rule{kTasksMissing,
         "SELECT i.id, '' FROM inferences AS i JOIN datasets AS d ON d.id = i.dataset_id WHERE i.dispatched AND "
         "(SELECT count(*) FROM tasks AS t WHERE t.inference_id = i.id) < "
         "min(coalesce(i.images, json_array_length(d.files)), json_array_length(d.files))",
         "UPDATE inferences SET dispatched = 0, status = 'queued' WHERE id = ?1 AND status " IC_IS_OPEN},
    Rule{kTaskContradicts,
         "SELECT id, filename FROM tasks WHERE (result IS NOT NULL) <> (state " IC_IS_FINAL
         ") OR state NOT IN ('queued', 'running', 'completed', 'failed')",
         "UPDATE tasks SET state = 'queued', result = NULL, tiles_done = 0 WHERE id = ?1"},
    Rule{kProgressContradicts, "SELECT id, filename FROM tasks WHERE tiles_done NOT BETWEEN 0 AND max(tiles_total, 0)",
         "UPDATE tasks SET tiles_total = max(tiles_total, 0), tiles_done = max(0, min(tiles_done, tiles_total)) "
         "WHERE id = ?1"},
    Rule{kInferenceContradicts,
         "SELECT id, '' FROM inferences WHERE status NOT IN ('queued', 'running', 'completed', 'failed') "
         "OR (status " IC_IS_FINAL ") <> (finished_at IS NOT NULL) OR (status = 'failed') <> (error IS NOT NULL)",
         "UPDATE inferences SET status = iif(status IN ('queued', 'running', 'completed'), status, 'failed'), "
         "finished_at = iif(status " IC_IS_OPEN ", NULL, coalesce(finished_at, started_at, created_at)), "
         "error = iif(status IN ('queued', 'running', 'completed'), NULL, coalesce(error, "
         "'{\"code\":\"runner_error\",\"detail\":\"The reason of the failure was lost; try its images again.\"}')) "
         "WHERE id = ?1"}};

/// Those that a rule finds; `fixed` where it has put them right.
Result<std::vector<Inconsistency>> Apply(Database& database, const Rule& rule, bool fix) {
  std::vector<Inconsistency> found;
  IC_RETURN_IF_ERROR(ForEachRow(database.Query(rule.find), [&](const Rows& row) -> Status {
    found.push_back({std::string(rule.kind), row.Id(0), InconsistencySentence(rule.kind, row.Id(0), row.Text(1)), {}});
    return {};
  }));
  if (!fix || rule.fix == nullptr) return found;
  for (Inconsistency& one : found) {
    IC_RETURN_IF_ERROR(database.Run(rule.fix, one.id));
    one.fixed = database.Changes() > 0;
  }
  return found;
}

/// Ends the tasks that `find` gives (id, source_id, picture_id, filename) with what `result` makes of them.
Result<std::vector<Inconsistency>> ReplaceResults(Database& database, std::string_view kind, const char* find,
                                                  records::ImageResult (*result)(const records::Task&), bool fix) {
  std::vector<records::Task> tasks;
  IC_RETURN_IF_ERROR(ForEachRow(database.Query(find), [&tasks](const Rows& row) -> Status {
    tasks.push_back(ReadTaskNames(row));
    return {};
  }));
  std::vector<Inconsistency> found;
  for (const records::Task& task : tasks) {
    if (fix) IC_RETURN_IF_ERROR(EndTask(database, task.id, result(task)));
    found.push_back({std::string(kind), task.id, InconsistencySentence(kind, task.id, task.filename), fix});
  }
  return found;
}

constexpr const char* kFindLostResults =
    "SELECT DISTINCT tasks.id, source_id, picture_id, filename "
    "FROM tasks, json_each(tasks.result, '$.artifacts') AS artifact WHERE tasks.result IS NOT NULL "
    "AND artifact.value ->> '$.gridfs_id' NOT IN (" IC_BLOB_NAMES ")";

constexpr const char* kFindLeftTasks =
    "SELECT t.id, t.source_id, t.picture_id, t.filename FROM tasks AS t JOIN inferences AS i ON i.id = t.inference_id "
    "WHERE t.state " IC_IS_OPEN " AND i.status " IC_IS_FINAL;

Result<std::vector<Inconsistency>> FindLostModelFiles(Database& database) {
  std::vector<Inconsistency> found;
  const char* const lost = "SELECT file.value ->> '$.gridfs_id', models.id FROM " IC_MODEL_FILES
                           " WHERE file.value ->> '$.gridfs_id' NOT IN (" IC_BLOB_NAMES ")";
  IC_RETURN_IF_ERROR(ForEachRow(database.Query(lost), [&found](const Rows& row) -> Status {
    const ObjectId file = ObjectId::Parse(row.Text(0)).value_or(ObjectId());
    found.push_back(
        {std::string(kModelWithoutBlob), file, InconsistencySentence(kModelWithoutBlob, file, row.Text(1)), false});
    return {};
  }));
  return found;
}

void Append(std::vector<Inconsistency>& all, std::vector<Inconsistency> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

Result<std::vector<Inconsistency>> CheckRecords(Database& database, bool fix) {
  IC_ASSIGN_OR_RETURN(auto found, ReplaceResults(database, kResultWithoutBlob, kFindLostResults, LostResult, fix));
  for (const Rule& rule : kRules) {
    IC_ASSIGN_OR_RETURN(auto more, Apply(database, rule, fix));
    Append(found, std::move(more));
  }
  IC_ASSIGN_OR_RETURN(auto models, FindLostModelFiles(database));
  Append(found, std::move(models));
  IC_ASSIGN_OR_RETURN(auto left, ReplaceResults(database, kOpenTaskOfEnded, kFindLeftTasks, LeftResult, fix));
  Append(found, std::move(left));
  return found;
}

/// What SQLite itself says: one line "ok", lines of faults, or so much amiss that it cannot even look.
Result<std::vector<Inconsistency>> CheckDatabase(Database& database) {
  std::vector<Inconsistency> found;
  const auto add = [&found](const std::string& fault) {
    found.push_back({std::string(kDatabaseDamaged), {}, InconsistencySentence(kDatabaseDamaged, {}, fault), false});
  };
  const Status checked = ForEachRow(database.Query("PRAGMA integrity_check(10)"), [&add](const Rows& row) -> Status {
    if (row.Text(0) != "ok") add(row.Text(0));
    return {};
  });
  if (!checked && checked.error().code != ErrorCode::kInternal) return std::unexpected(checked.error());
  if (!checked) add(checked.error().message);
  return found;
}

}  // namespace

Result<std::vector<Inconsistency>> SqliteStore::Check(const CheckOptions& options) {
  IC_ASSIGN_OR_RETURN(auto found, connections_->Read([](Database& database) { return CheckDatabase(database); }));
  if (!found.empty()) return found;
  IC_ASSIGN_OR_RETURN(auto lost, CheckBlobs(options.fix));
  Append(found, std::move(lost));
  const auto check = [&options](Database& database) { return CheckRecords(database, options.fix); };
  IC_ASSIGN_OR_RETURN(auto records, options.fix ? connections_->Write(check) : connections_->Read(check));
  Append(found, std::move(records));
  IC_ASSIGN_OR_RETURN(const auto orphans, ListOrphans(options.now - kOrphanAge, std::numeric_limits<int>::max()));
  for (const ObjectId id : orphans) {
    if (options.fix) IC_RETURN_IF_ERROR(DeleteBlob(id));
    found.push_back({std::string(kOrphan), id, InconsistencySentence(kOrphan, id), options.fix});
  }
  return found;
}

Result<std::vector<Inconsistency>> SqliteStore::CheckBlobs(bool fix) {
  std::vector<BlobRecord> lost;
  IC_RETURN_IF_ERROR(connections_->Read([&](Database& database) {
    return ForEachRow(database.Query("SELECT id, bytes, filename, inference_id FROM blobs"),
                      [&](const Rows& row) -> Status {
                        if (folder_->BlobBytes(row.Id(0)) == row.Int(1)) return {};
                        BlobRecord& record = lost.emplace_back();
                        record.id = row.Id(0);
                        record.filename = row.Text(2);
                        record.inference_id = row.OptionalId(3);
                        return {};
                      });
  }));
  std::vector<Inconsistency> found;
  for (const BlobRecord& record : lost) {
    // Deleted since its row was read?
    if (!BytesInRow(record.id).has_value()) continue;
    const bool fixed = fix && record.inference_id.has_value();
    if (fixed) IC_RETURN_IF_ERROR(DeleteBlob(record.id));
    found.push_back({std::string(kBlobWithoutBytes), record.id,
                     InconsistencySentence(kBlobWithoutBytes, record.id, record.filename), fixed});
  }
  return found;
}

}  // namespace intelliclinix::store::sqlite
