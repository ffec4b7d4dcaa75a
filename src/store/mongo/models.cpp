#include "records/stored_model.h"
#include "store/mongo/bson_json.h"
#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store/mongo/mongo_store.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {
namespace {

using records::StoredModel;

Document ToDocument(const StoredModel& model) {
  Document document = Make("_id", model.entry.id, "imported_at", model.imported_at);
  const Json json = records::ToJson(model);
  for (const auto& [name, value] : json.items()) {
    if (!document.view().Has(name.c_str())) document.SetJson(name, value);
  }
  return document;
}

Result<bool> IsUsed(Connection& connection, std::string_view id) {
  return connection.Exists(collection::kInferences, Make("model_id", id, "status", OpenStatus()));
}

}  // namespace

Status MongoStore::InsertModel(const StoredModel& model) {
  Status inserted = connection_->Insert(collection::kModels, ToDocument(model));
  if (!inserted && inserted.error().code == ErrorCode::kConflict) return ModelIdTaken(model.entry.id);
  return inserted;
}

Result<std::vector<StoredModel>> MongoStore::ListModels() {
  std::vector<StoredModel> models;
  IC_RETURN_IF_ERROR(
      connection_->Find(collection::kModels, {}, {.sort = Make("_id", 1)}, [&models](View document) -> Result<bool> {
        IC_ASSIGN_OR_RETURN(models.emplace_back(), records::StoredModelFromJson(document.All()));
        return true;
      }));
  return models;
}

/// An inference that is opened changes the document of its model after that. So one that is not seen here, because it
/// opens after the question, is either before the deletion, which then finds another document than was read and is made
/// anew, or finds the document gone and does not open. The document goes before the files: what is left when this is
/// cut short is swept.
Status MongoStore::DeleteModel(std::string_view id) {
  while (true) {
    IC_ASSIGN_OR_RETURN(const auto found, connection_->FindOne(collection::kModels, Make("_id", id)));
    if (!found) return NotFound("model");
    IC_ASSIGN_OR_RETURN(const bool used, IsUsed(*connection_, id));
    if (used) return ModelInUse(id);
    Document as_read = Make("_id", id);
    as_read.SetSame("wanted", *found);
    IC_ASSIGN_OR_RETURN(const std::int64_t deleted, connection_->Delete(collection::kModels, as_read));
    if (deleted == 0) continue;
    IC_ASSIGN_OR_RETURN(const StoredModel model, records::StoredModelFromJson(found->view().All()));
    for (const auto& [role, blob] : model.blobs) IC_RETURN_IF_ERROR(DeleteBlob(blob));
    return {};
  }
}

}  // namespace intelliclinix::store::mongo
