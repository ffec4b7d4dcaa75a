#include "store/sqlite/migrations.h"

#include <array>
#include <string>

namespace intelliclinix::store::sqlite {
namespace {

// Marks a database as ours ("ICLX"), so that nobody else's file is taken for one.
constexpr std::int64_t kApplicationId = 0x49434C58;

// Ids are blobs of 12 bytes, times milliseconds since 1970, JSON and names of states text.
constexpr const char* kFirstTables = R"sql(
CREATE TABLE users (
  id BLOB PRIMARY KEY NOT NULL,
  username TEXT NOT NULL,
  username_key TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  role TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_login INTEGER
) STRICT;

CREATE TABLE revoked_tokens (
  jti TEXT PRIMARY KEY NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE datasets (
  id BLOB PRIMARY KEY NOT NULL,
  owner_id BLOB NOT NULL,
  name TEXT NOT NULL,
  model_id TEXT NOT NULL,
  input_type TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  files TEXT NOT NULL
) STRICT;
CREATE INDEX datasets_by_owner ON datasets (owner_id, id);

CREATE TABLE inferences (
  id BLOB PRIMARY KEY NOT NULL,
  dataset_id BLOB NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  owner_id BLOB NOT NULL,
  model_id TEXT NOT NULL,
  runner_name TEXT NOT NULL,
  status TEXT NOT NULL,
  dispatched INTEGER NOT NULL,
  archived INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  notes TEXT NOT NULL,
  params TEXT NOT NULL,
  provenance TEXT NOT NULL,
  error TEXT
) STRICT;
CREATE INDEX inferences_by_owner ON inferences (owner_id, id);
CREATE INDEX inferences_by_dataset ON inferences (dataset_id);
CREATE INDEX open_inferences ON inferences (id) WHERE status IN ('queued', 'running');

CREATE TABLE tasks (
  id BLOB PRIMARY KEY NOT NULL,
  inference_id BLOB NOT NULL REFERENCES inferences (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  owner_id BLOB NOT NULL,
  source_id BLOB NOT NULL,
  picture_id BLOB NOT NULL,
  filename TEXT NOT NULL,
  state TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  worker TEXT NOT NULL,
  lease_expires_at INTEGER NOT NULL,
  tiles_done INTEGER NOT NULL,
  tiles_total INTEGER NOT NULL,
  result TEXT,
  UNIQUE (inference_id, position)
) STRICT;
CREATE INDEX open_tasks ON tasks (inference_id, position) WHERE state IN ('queued', 'running');

CREATE TABLE blobs (
  id BLOB PRIMARY KEY NOT NULL,
  owner_id BLOB NOT NULL,
  inference_id BLOB,
  source_id BLOB,
  filename TEXT NOT NULL,
  content_type TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  crc32 INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX blobs_by_inference ON blobs (inference_id) WHERE inference_id IS NOT NULL;
)sql";

// Cancelling, trying again, idempotency keys; and indexes that serve a claim in the order of owners, progress without
// reading results, and the lists of the sweeper without reading what is merely queued.
constexpr const char* kTurnsAndKeys = R"sql(
ALTER TABLE inferences ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
ALTER TABLE inferences ADD COLUMN cancel_requested INTEGER NOT NULL DEFAULT 0;
CREATE INDEX open_inferences_by_owner ON inferences (owner_id) WHERE status IN ('queued', 'running');
CREATE INDEX undispatched_inferences ON inferences (id) WHERE status = 'queued' AND dispatched = 0;

DROP INDEX open_tasks;
CREATE INDEX open_tasks ON tasks (owner_id, inference_id, position) WHERE state IN ('queued', 'running');
CREATE INDEX task_progress ON tasks (inference_id, state, tiles_done, tiles_total);

CREATE TABLE idempotency_keys (
  owner_id BLOB NOT NULL,
  key TEXT NOT NULL,
  body_sha256 TEXT NOT NULL,
  inference_id BLOB NOT NULL REFERENCES inferences (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (owner_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_inference ON idempotency_keys (inference_id);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
)sql";

// Several processes on one folder: which of them has a task. Blobs that something points to are marked, so that those
// that nothing points to are found without reading every document.
constexpr const char* kProcessesAndOrphans = R"sql(
ALTER TABLE tasks ADD COLUMN process BLOB;
CREATE INDEX running_tasks ON tasks (process) WHERE state = 'running';

ALTER TABLE blobs ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
UPDATE blobs SET kept = 1 WHERE lower(hex(id)) IN (
  SELECT file.value ->> '$.gridfs_id' FROM datasets, json_each(datasets.files) AS file
  UNION SELECT file.value ->> '$.preview_id' FROM datasets, json_each(datasets.files) AS file
  UNION SELECT artifact.value ->> '$.gridfs_id' FROM tasks, json_each(tasks.result, '$.artifacts') AS artifact
    WHERE tasks.result IS NOT NULL);
CREATE INDEX loose_blobs ON blobs (created_at) WHERE kept = 0;
)sql";

// What people made of the labels.
constexpr const char* kCorrections = R"sql(
CREATE TABLE corrections (
  id BLOB PRIMARY KEY NOT NULL,
  inference_id BLOB NOT NULL REFERENCES inferences (id) ON DELETE CASCADE,
  source_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  document TEXT NOT NULL,
  UNIQUE (inference_id, source_id, version)
) STRICT;
)sql";

// A task has the axes of its image, so that a worker need not read the whole dataset.
constexpr const char* kAxesOfTasks = R"sql(
ALTER TABLE tasks ADD COLUMN axes TEXT NOT NULL DEFAULT '';
WITH told AS MATERIALIZED (
  SELECT inferences.id AS inference_id, file.value ->> '$.gridfs_id' AS source, file.value ->> '$.axes' AS axes
  FROM inferences JOIN datasets ON datasets.id = inferences.dataset_id, json_each(datasets.files) AS file
  WHERE file.value ->> '$.axes' IS NOT NULL)
UPDATE tasks SET axes = told.axes FROM told
WHERE told.inference_id = tasks.inference_id AND told.source = lower(hex(tasks.source_id)) AND state <> 'completed';
)sql";

// What was imported, and who may import.
constexpr const char* kModels = R"sql(
CREATE TABLE models (
  id TEXT PRIMARY KEY NOT NULL,
  document TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// Datasets grow: an inference remembers how many files its dataset had.
constexpr const char* kGrowingDatasets = R"sql(
ALTER TABLE inferences ADD COLUMN images INTEGER;
UPDATE inferences SET images = (SELECT json_array_length(files) FROM datasets WHERE datasets.id = dataset_id);
)sql";

// Models that were imported stay while an inference that runs on them is open.
constexpr const char* kInferencesOfImportedModels = R"sql(
ALTER TABLE inferences ADD COLUMN model_imported INTEGER NOT NULL DEFAULT 0;
)sql";

// In order; step i leads to version i + 1. A step that was released is never changed: changes are new steps.
constexpr std::array kSteps = {kFirstTables, kTurnsAndKeys, kProcessesAndOrphans, kCorrections,
                               kAxesOfTasks, kModels,       kGrowingDatasets,     kInferencesOfImportedModels};

Status CheckOrigin(Database& database, std::int64_t version, const std::string& path) {
  IC_ASSIGN_OR_RETURN(const std::int64_t application, database.QueryInt("PRAGMA application_id"));
  if (application == kApplicationId) return {};
  IC_ASSIGN_OR_RETURN(const std::int64_t tables, database.QueryInt("SELECT count(*) FROM sqlite_schema"));
  if (application == 0 && version == 0 && tables == 0) return {};
  return Fail(ErrorCode::kConflict,
              "'" + path + "' is a database of another program. Move it away or choose another data folder.");
}

Status RunStep(Database& database, int step) {
  IC_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(database, "BEGIN IMMEDIATE"));
  IC_RETURN_IF_ERROR(database.Execute(kSteps[static_cast<std::size_t>(step)]));
  IC_RETURN_IF_ERROR(database.Execute("PRAGMA application_id = " + std::to_string(kApplicationId)));
  IC_RETURN_IF_ERROR(database.Execute("PRAGMA user_version = " + std::to_string(step + 1)));
  return transaction.Commit();
}

}  // namespace

int SchemaVersion() { return static_cast<int>(kSteps.size()); }

Status CheckSchema(Database& database, const std::string& path) {
  IC_ASSIGN_OR_RETURN(const std::int64_t version, database.QueryInt("PRAGMA user_version"));
  IC_RETURN_IF_ERROR(CheckOrigin(database, version, path));
  if (version > SchemaVersion()) {
    return Fail(ErrorCode::kConflict, "'" + path + "' was written by a newer IntelliClinix (database version " +
                                          std::to_string(version) + "; this one knows up to " +
                                          std::to_string(SchemaVersion()) + "). Use the newer IntelliClinix.");
  }
  return {};
}

Status CheckNewest(Database& database, const std::string& path) {
  IC_ASSIGN_OR_RETURN(const std::int64_t version, database.QueryInt("PRAGMA user_version"));
  if (version == SchemaVersion()) return {};
  return Fail(ErrorCode::kConflict, "'" + path + "' must be brought from version " + std::to_string(version) + " to " +
                                        std::to_string(SchemaVersion()) +
                                        " while nobody else uses it. Stop the other IntelliClinix processes first.");
}

Status Migrate(Database& database) {
  IC_ASSIGN_OR_RETURN(const std::int64_t version, database.QueryInt("PRAGMA user_version"));
  for (int step = static_cast<int>(version); step < SchemaVersion(); ++step) {
    IC_RETURN_IF_ERROR(RunStep(database, step));
  }
  return {};
}

}  // namespace intelliclinix::store::sqlite
