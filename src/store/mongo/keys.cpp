// Requests that come twice.
#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store/mongo/mongo_store.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {
namespace {

using enum InsertOutcome::Kind;

struct KnownKey {
  ObjectId inference_id;
  std::string body_sha256;
};

Result<std::optional<KnownKey>> FindKey(Connection& connection, ObjectId owner, const IdempotencyKey& key) {
  IC_ASSIGN_OR_RETURN(const auto found, connection.FindOne(collection::kKeys, Make("owner_id", owner, "key", key.key)));
  if (!found) return std::nullopt;
  return KnownKey{found->view().Id("inference_id").value_or(ObjectId()), found->view().Text("body_sha256")};
}

/// Notes the key, and returns what it belongs to: `inference`, or that of whoever came first.
Result<KnownKey> TakeKey(Connection& connection, const records::Inference& inference, const IdempotencyKey& key) {
  while (true) {
    const Status inserted =
        connection.Insert(collection::kKeys, Make("_id", ObjectId::Generate(), "owner_id", inference.owner_id, "key",
                                                  key.key, "body_sha256", key.body_sha256, "inference_id", inference.id,
                                                  "created_at", inference.created_at));
    if (inserted) return KnownKey{inference.id, key.body_sha256};
    if (inserted.error().code != ErrorCode::kConflict) return std::unexpected(inserted.error());
    IC_ASSIGN_OR_RETURN(const auto found, FindKey(connection, inference.owner_id, key));
    // Where it is gone again, it is free.
    if (found) return *found;
  }
}

}  // namespace

/// The key is there before its inference, so that of many only one is inserted, under the id that the key names. A key
/// whose insertion was cut short is taken up by the next request with it.
Result<InsertOutcome> MongoStore::InsertInferenceOnce(const records::Inference& inference, const IdempotencyKey& key) {
  IC_ASSIGN_OR_RETURN(
      const bool has_dataset,
      connection_->Exists(collection::kDatasets, Make("_id", inference.dataset_id, "owner_id", inference.owner_id)));
  if (!has_dataset) {
    // A key that came before has its answer, whatever became of the dataset.
    IC_ASSIGN_OR_RETURN(const auto came_before, FindKey(*connection_, inference.owner_id, key));
    if (!came_before) return NotFound("dataset");
  }
  IC_ASSIGN_OR_RETURN(const KnownKey known, TakeKey(*connection_, inference, key));
  if (known.body_sha256 != key.body_sha256) return InsertOutcome{kKeyReused, known.inference_id};
  IC_ASSIGN_OR_RETURN(const bool there, connection_->Exists(collection::kInferences, Make("_id", known.inference_id)));
  if (there) return InsertOutcome{kRepeated, known.inference_id};
  records::Inference named = inference;
  named.id = known.inference_id;
  const Status inserted = InsertInference(named);
  if (inserted) return InsertOutcome{kInserted, named.id};
  if (inserted.error().code == ErrorCode::kConflict) return InsertOutcome{kRepeated, named.id};
  const bool refused = inserted.error().code == ErrorCode::kNotFound ||       // the dataset
                       inserted.error().code == ErrorCode::kInvalidArgument;  // the model
  if (refused) {
    IC_RETURN_IF_ERROR(connection_->Delete(
        collection::kKeys, Make("owner_id", inference.owner_id, "key", key.key, "inference_id", known.inference_id)));
  }
  return std::unexpected(inserted.error());
}

Result<std::optional<InsertOutcome>> MongoStore::FindIdempotencyKey(ObjectId owner, const IdempotencyKey& key) {
  IC_ASSIGN_OR_RETURN(const auto known, FindKey(*connection_, owner, key));
  if (!known) return std::nullopt;
  IC_ASSIGN_OR_RETURN(const bool there, connection_->Exists(collection::kInferences, Make("_id", known->inference_id)));
  if (!there) return std::nullopt;
  return InsertOutcome{known->body_sha256 == key.body_sha256 ? kRepeated : kKeyReused, known->inference_id};
}

Status MongoStore::ForgetIdempotencyKeys(TimePoint created_before) {
  IC_RETURN_IF_ERROR(connection_->Delete(collection::kKeys, Make("created_at", Make("$lt", created_before))));
  return {};
}

}  // namespace intelliclinix::store::mongo
