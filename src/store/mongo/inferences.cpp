#include <set>

#include "records/json_codec.h"
#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store/mongo/jobs.h"
#include "store/mongo/mongo_store.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {
namespace {

using records::Inference;

Result<bool> HasDataset(Connection& connection, const Inference& inference) {
  return connection.Exists(collection::kDatasets, Make("_id", inference.dataset_id, "owner_id", inference.owner_id));
}

Document FilterOf(ObjectId owner, const InferenceFilter& filter, const PageRequest& page) {
  Document document = Make("requested_by", owner);
  if (page.after) document.Set("_id", Make("$lt", *page.after));
  if (filter.dataset_id) document.Set("dataset_id", *filter.dataset_id);
  if (filter.model_id) document.Set("model_id", *filter.model_id);
  if (filter.status) document.Set("status", records::StatusName(*filter.status));
  // Older documents are not archived without saying so.
  if (filter.archived) document.Set("archived", *filter.archived ? Make("$eq", true) : Make("$ne", true));
  return document;
}

/// Fills in the progress of inferences from their tasks; that of inferences without tasks is as it was stored.
Status AddProgress(Connection& connection, std::vector<Inference>& inferences) {
  std::vector<ObjectId> ids;
  for (const Inference& inference : inferences) {
    if (inference.progress.images_total == 0 || !records::IsFinal(inference.status)) ids.push_back(inference.id);
  }
  IC_ASSIGN_OR_RETURN(const auto folded, FoldProgress(connection, ids));
  for (Inference& inference : inferences) {
    const auto found = folded.find(inference.id);
    if (found != folded.end()) inference.progress = found->second;
  }
  return {};
}

/// Deletes an inference that is noted to go, and the note last. Safe to repeat, also by several at once. Its document
/// goes before what it has: from then on nobody sees it and its workers' leases are lost. Its tasks go next, so that no
/// worker commits any more.
Status Remove(Connection& connection, ObjectId id) {
  IC_RETURN_IF_ERROR(connection.Delete(collection::kKeys, Make("inference_id", id)));
  IC_RETURN_IF_ERROR(connection.Delete(collection::kInferences, Make("_id", id)));
  IC_RETURN_IF_ERROR(connection.Delete(collection::kTasks, Make("inference_id", id)));
  IC_ASSIGN_OR_RETURN(const std::vector<ObjectId> blobs,
                      connection.FindIds(collection::kFiles, Make("metadata.inference_id", id)));
  IC_RETURN_IF_ERROR(DeleteBlobs(connection, blobs));
  IC_RETURN_IF_ERROR(connection.Delete(collection::kCorrections, Make("inference_id", id)));
  IC_RETURN_IF_ERROR(connection.Delete(collection::kDeletions, Make("_id", id)));
  return {};
}

}  // namespace

/// The dataset and the model are looked for again once the inference is there: a deletion of either sees the inference,
/// or is seen here.
Status MongoStore::InsertInference(const Inference& inference) {
  IC_ASSIGN_OR_RETURN(const bool found, HasDataset(*connection_, inference));
  if (!found) return NotFound("dataset");
  const Status inserted = connection_->Insert(collection::kInferences, ToDocument(inference));
  if (!inserted && inserted.error().code == ErrorCode::kConflict) return IdTaken("inference", inference.id);
  IC_RETURN_IF_ERROR(inserted);
  IC_ASSIGN_OR_RETURN(const bool has_dataset, HasDataset(*connection_, inference));
  bool has_model = true;
  if (has_dataset && inference.model_imported) {
    IC_ASSIGN_OR_RETURN(has_model, WantModel(*connection_, inference.model_id));
  }
  if (has_dataset && has_model) return {};
  IC_RETURN_IF_ERROR(connection_->Delete(collection::kInferences, Make("_id", inference.id)));
  if (!has_dataset) return NotFound("dataset");
  return ModelGone(ErrorCode::kInvalidArgument, inference.model_id);
}

Result<Inference> MongoStore::GetInference(ObjectId owner, ObjectId id) {
  IC_ASSIGN_OR_RETURN(const auto found,
                      connection_->FindOne(collection::kInferences, Make("_id", id, "requested_by", owner),
                                           {.projection = WithoutResults()}));
  if (!found) return NotFound("inference");
  std::vector<Inference> inferences = {InferenceFrom(*found)};
  IC_RETURN_IF_ERROR(AddProgress(*connection_, inferences));
  return std::move(inferences.front());
}

Result<Inference> MongoStore::LoadInference(ObjectId id) {
  IC_ASSIGN_OR_RETURN(const auto found,
                      connection_->FindOne(collection::kInferences, Make("_id", id), {.projection = WithoutResults()}));
  if (!found) return NotFound("inference");
  return InferenceFrom(*found);
}

Result<Page<Inference>> MongoStore::ListInferences(ObjectId owner, const InferenceFilter& filter,
                                                   const PageRequest& page) {
  PageBuilder<Inference> builder(page);
  IC_RETURN_IF_ERROR(
      connection_->Find(collection::kInferences, FilterOf(owner, filter, page),
                        {.projection = WithoutResults(), .sort = Make("_id", -1), .limit = PageLimit(page) + 1},
                        [&builder](View document) -> Result<bool> {
                          builder.Add(InferenceFrom(document));
                          return !builder.full();
                        }));
  Page<Inference> found = std::move(builder).Finish();
  IC_RETURN_IF_ERROR(AddProgress(*connection_, found.items));
  return found;
}

Result<ArchiveCounts> MongoStore::ArchiveInferences(ObjectId owner, const std::vector<ObjectId>& ids, bool archived) {
  const std::set<ObjectId> unique(ids.begin(), ids.end());
  const Document among = Make("$in", std::vector<ObjectId>(unique.begin(), unique.end()));
  IC_ASSIGN_OR_RETURN(const std::int64_t matched,
                      connection_->Count(collection::kInferences, Make("_id", among, "requested_by", owner)));
  const Document others = archived ? Make("$ne", true) : Make("$eq", true);
  IC_ASSIGN_OR_RETURN(
      const UpdateCounts counts,
      connection_->UpdateMany(collection::kInferences, Make("_id", among, "requested_by", owner, "archived", others),
                              Make("$set", Make("archived", archived))));
  return ArchiveCounts{.matched = static_cast<int>(matched), .modified = static_cast<int>(counts.modified)};
}

/// It is noted first that the inference is to go. What is cut short after that, the next sweep completes.
Status MongoStore::DeleteInference(ObjectId owner, ObjectId id) {
  IC_ASSIGN_OR_RETURN(const bool there,
                      connection_->Exists(collection::kInferences, Make("_id", id, "requested_by", owner)));
  if (!there) return NotFound("inference");
  std::vector<Document> noted;
  noted.push_back(Make("_id", id));
  IC_RETURN_IF_ERROR(connection_->InsertMissing(collection::kDeletions, noted));
  return Remove(*connection_, id);
}

Result<bool> MongoStore::FailInference(ObjectId id, const records::InferenceError& error, TimePoint at) {
  Document change = Make("status", "failed", "finished_at", at, "notes", error.detail);
  change.SetJson("error", records::ToJson(error));
  IC_ASSIGN_OR_RETURN(const UpdateCounts counts,
                      connection_->UpdateOne(collection::kInferences,
                                             Make("_id", id, "status", OpenStatus(), "dispatched", Make("$ne", true)),
                                             Make("$set", change)));
  if (counts.matched == 1) return true;
  IC_ASSIGN_OR_RETURN(const bool found, connection_->Exists(collection::kInferences, Make("_id", id)));
  if (!found) return NotFound("inference");
  return false;
}

/// Also those that run: whoever ran them was not of ours, which run only what is dispatched or about to be. Completes
/// the deletions that were cut short, before anybody takes up what they left.
Result<std::vector<ObjectId>> MongoStore::ListUndispatched(int limit) {
  IC_ASSIGN_OR_RETURN(const std::vector<ObjectId> noted, connection_->FindIds(collection::kDeletions, {}, limit));
  for (const ObjectId id : noted) IC_RETURN_IF_ERROR(Remove(*connection_, id));
  return connection_->FindIds(collection::kInferences, Make("status", OpenStatus(), "dispatched", Make("$ne", true)),
                              limit);
}

}  // namespace intelliclinix::store::mongo
