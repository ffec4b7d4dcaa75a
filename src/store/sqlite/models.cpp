#include "records/stored_model.h"
#include "store/rules.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::store::sqlite {
namespace {

using records::StoredModel;

Result<StoredModel> ReadModel(std::string_view column) {
  IC_ASSIGN_OR_RETURN(const Json document, JsonFromColumn(column));
  return records::StoredModelFromJson(document);
}

Result<std::vector<ObjectId>> DeleteRows(Database& database, std::string_view id) {
  IC_ASSIGN_OR_RETURN(const bool used, Exists(database.Query("SELECT 1 FROM inferences WHERE model_id = ?1 "
                                                             "AND status IN ('queued', 'running')",
                                                             id)));
  if (used) return ModelInUse(id);
  IC_ASSIGN_OR_RETURN(Rows rows, database.Query("SELECT document FROM models WHERE id = ?1", id));
  IC_ASSIGN_OR_RETURN(const bool found, rows.Next());
  if (!found) return NotFound("model");
  IC_ASSIGN_OR_RETURN(const StoredModel model, ReadModel(rows.Text(0)));
  std::vector<ObjectId> blobs;
  for (const auto& [role, blob] : model.blobs) {
    IC_RETURN_IF_ERROR(database.Run("DELETE FROM blobs WHERE id = ?1", blob));
    blobs.push_back(blob);
  }
  IC_RETURN_IF_ERROR(database.Run("DELETE FROM models WHERE id = ?1", id));
  return blobs;
}

}  // namespace

Status SqliteStore::InsertModel(const StoredModel& model) {
  return connections_->Write([&](Database& database) -> Status {
    IC_RETURN_IF_ERROR(database.Run("INSERT INTO models (id, document) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING",
                                    model.entry.id, DumpJson(records::ToJson(model))));
    if (database.Changes() == 0) return ModelIdTaken(model.entry.id);
    for (const auto& [role, blob] : model.blobs) IC_RETURN_IF_ERROR(KeepBlob(database, blob));
    return {};
  });
}

Result<std::vector<StoredModel>> SqliteStore::ListModels() {
  std::vector<StoredModel> models;
  IC_RETURN_IF_ERROR(connections_->Read([&](Database& database) {
    return ForEachRow(database.Query("SELECT document FROM models ORDER BY id"), [&](const Rows& row) -> Status {
      IC_ASSIGN_OR_RETURN(models.emplace_back(), ReadModel(row.Text(0)));
      return {};
    });
  }));
  return models;
}

Status SqliteStore::DeleteModel(std::string_view id) {
  IC_ASSIGN_OR_RETURN(const std::vector<ObjectId> blobs,
                      connections_->Write([&](Database& database) { return DeleteRows(database, id); }));
  RemoveBlobFiles(blobs);
  return {};
}

}  // namespace intelliclinix::store::sqlite
