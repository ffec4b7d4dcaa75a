#include "records/json_codec.h"
#include "store/rules.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::store::sqlite {
namespace {

using records::Dataset;
using records::SourceFile;

Json FilesJson(const std::vector<SourceFile>& files) {
  Json json = Json::array();
  for (const SourceFile& file : files) json.push_back(records::ToJson(file));
  return json;
}

Result<std::vector<SourceFile>> FilesFromColumn(std::string_view text) {
  IC_ASSIGN_OR_RETURN(const Json json, JsonFromColumn(text));
  std::vector<SourceFile> files;
  for (const Json& item : json) {
    IC_ASSIGN_OR_RETURN(SourceFile file, records::SourceFileFromJson(item));
    files.push_back(std::move(file));
  }
  return files;
}

/// Columns: id, owner_id, name, model_id, input_type, created_at, files.
Result<Dataset> ReadDataset(const Rows& rows) {
  Dataset dataset;
  dataset.id = rows.Id(0);
  dataset.owner_id = rows.Id(1);
  dataset.name = rows.Text(2);
  dataset.model_id = rows.Text(3);
  dataset.input_type = rows.Text(4);
  dataset.created_at = rows.Time(5);
  IC_ASSIGN_OR_RETURN(dataset.files, FilesFromColumn(rows.Text(6)));
  return dataset;
}

Result<Dataset> FindDataset(Database& database, ObjectId owner, ObjectId id) {
  IC_ASSIGN_OR_RETURN(Rows rows, database.Query("SELECT id, owner_id, name, model_id, input_type, created_at, files "
                                                "FROM datasets WHERE id = ?1 AND owner_id = ?2",
                                                id, owner));
  IC_ASSIGN_OR_RETURN(const bool found, rows.Next());
  if (!found) return NotFound("dataset");
  return ReadDataset(rows);
}

Status KeepFiles(Database& database, const std::vector<SourceFile>& files) {
  for (const SourceFile& file : files) {
    IC_RETURN_IF_ERROR(KeepBlob(database, file.blob_id));
    if (file.preview_id) IC_RETURN_IF_ERROR(KeepBlob(database, *file.preview_id));
  }
  return {};
}

/// The blobs that go with `dataset`: its files, their previews, the artifacts of its inferences.
Result<std::vector<ObjectId>> BlobsOf(Database& database, const Dataset& dataset) {
  std::vector<ObjectId> blobs;
  for (const SourceFile& file : dataset.files) {
    blobs.push_back(file.blob_id);
    if (file.preview_id) blobs.push_back(*file.preview_id);
  }
  IC_ASSIGN_OR_RETURN(
      const std::vector<ObjectId> artifacts,
      ReadIds(database.Query("SELECT blobs.id FROM inferences JOIN blobs ON blobs.inference_id = inferences.id "
                             "WHERE inferences.dataset_id = ?1",
                             dataset.id)));
  blobs.insert(blobs.end(), artifacts.begin(), artifacts.end());
  return blobs;
}

}  // namespace

Status SqliteStore::InsertDataset(const Dataset& dataset) {
  return connections_->Write([&](Database& database) -> Status {
    IC_RETURN_IF_ERROR(
        database.Run("INSERT INTO datasets (id, owner_id, name, model_id, input_type, created_at, files) "
                     "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO NOTHING",
                     dataset.id, dataset.owner_id, dataset.name, dataset.model_id, dataset.input_type,
                     dataset.created_at, DumpJson(FilesJson(dataset.files))));
    if (database.Changes() == 0) return IdTaken("dataset", dataset.id);
    return KeepFiles(database, dataset.files);
  });
}

Result<Dataset> SqliteStore::GetDataset(ObjectId owner, ObjectId id) {
  return connections_->Read([&](Database& database) { return FindDataset(database, owner, id); });
}

Result<Page<Dataset>> SqliteStore::ListDatasets(ObjectId owner, const PageRequest& page) {
  return connections_->Read([&](Database& database) -> Result<Page<Dataset>> {
    IC_ASSIGN_OR_RETURN(Rows rows, database.Query("SELECT id, owner_id, name, model_id, input_type, created_at, files "
                                                  "FROM datasets WHERE owner_id = ?1 AND (?2 IS NULL OR id < ?2) "
                                                  "ORDER BY id DESC LIMIT ?3",
                                                  owner, page.after, PageLimit(page) + 1));
    PageBuilder<Dataset> builder(page);
    while (!builder.full()) {
      IC_ASSIGN_OR_RETURN(const bool found, rows.Next());
      if (!found) break;
      IC_ASSIGN_OR_RETURN(Dataset dataset, ReadDataset(rows));
      const std::size_t files = dataset.files.size();
      builder.Add(std::move(dataset), files);
    }
    return std::move(builder).Finish();
  });
}

Result<FileAddition> SqliteStore::AddFiles(ObjectId owner, ObjectId id, const std::vector<SourceFile>& files,
                                           std::size_t max_files) {
  return connections_->Write([&](Database& database) -> Result<FileAddition> {
    IC_ASSIGN_OR_RETURN(Dataset dataset, FindDataset(database, owner, id));
    IC_ASSIGN_OR_RETURN(FileAddition addition, PlanAddition(dataset.files, files, max_files));
    if (addition.added.empty()) return addition;
    dataset.files.insert(dataset.files.end(), addition.added.begin(), addition.added.end());
    IC_RETURN_IF_ERROR(
        database.Run("UPDATE datasets SET files = ?2 WHERE id = ?1", id, DumpJson(FilesJson(dataset.files))));
    IC_RETURN_IF_ERROR(KeepFiles(database, addition.added));
    return addition;
  });
}

Status SqliteStore::DeleteDataset(ObjectId owner, ObjectId id) {
  IC_ASSIGN_OR_RETURN(const std::vector<ObjectId> blobs,
                      connections_->Write([&](Database& database) -> Result<std::vector<ObjectId>> {
                        IC_ASSIGN_OR_RETURN(const Dataset dataset, FindDataset(database, owner, id));
                        IC_ASSIGN_OR_RETURN(std::vector<ObjectId> ids, BlobsOf(database, dataset));
                        for (const ObjectId blob : ids)
                          IC_RETURN_IF_ERROR(database.Run("DELETE FROM blobs WHERE id = ?1", blob));
                        IC_RETURN_IF_ERROR(database.Run("DELETE FROM datasets WHERE id = ?1", id));
                        return ids;
                      }));
  RemoveBlobFiles(blobs);
  return {};
}

}  // namespace intelliclinix::store::sqlite
