#include "records/json_codec.h"
#include "store/mongo/bson_json.h"
#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store/mongo/mongo_store.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {
namespace {

using records::Correction;

/// As the HTTP contract has it, with ids and the date typed.
Document ToDocument(const Correction& correction) {
  Document document = Make("_id", correction.id, "inference_id", correction.inference_id, "owner_id",
                           correction.owner_id, "created_at", correction.created_at);
  const Json json = records::ToJson(correction);
  for (const auto& [name, value] : json.items()) {
    if (!document.view().Has(name.c_str())) document.SetJson(name, value);
  }
  return document;
}

/// The version of the last correction of an image; 0 where there is none.
Result<int> LastVersion(Connection& connection, const Correction& correction) {
  IC_ASSIGN_OR_RETURN(
      const auto last,
      connection.FindOne(collection::kCorrections,
                         Make("inference_id", correction.inference_id, "original_gridfs_id", correction.source_id),
                         {.projection = Make("version", 1), .sort = Make("version", -1)}));
  return last ? static_cast<int>(last->view().Int("version")) : 0;
}

Result<bool> HasInference(Connection& connection, ObjectId owner, ObjectId inference) {
  return connection.Exists(collection::kInferences, Make("_id", inference, "requested_by", owner));
}

}  // namespace

/// A version is the last one and one; whoever finds it taken looks again. The inference is looked for
/// again once the correction is there: a deletion of the inference either sees the correction, or is seen here.
Result<Correction> MongoStore::InsertCorrection(const Correction& correction) {
  IC_ASSIGN_OR_RETURN(const bool found, HasInference(*connection_, correction.owner_id, correction.inference_id));
  if (!found) return NotFound("inference");
  Correction versioned = correction;
  while (true) {
    IC_ASSIGN_OR_RETURN(const int last, LastVersion(*connection_, correction));
    versioned.version = last + 1;
    const Status inserted = connection_->Insert(collection::kCorrections, ToDocument(versioned));
    if (inserted) break;
    if (inserted.error().code != ErrorCode::kConflict) return std::unexpected(inserted.error());
    IC_ASSIGN_OR_RETURN(const bool taken, connection_->Exists(collection::kCorrections, Make("_id", correction.id)));
    if (taken) return IdTaken("correction", correction.id);
  }
  IC_ASSIGN_OR_RETURN(const bool still_there, HasInference(*connection_, correction.owner_id, correction.inference_id));
  if (still_there) return versioned;
  IC_RETURN_IF_ERROR(connection_->Delete(collection::kCorrections, Make("_id", correction.id)));
  return NotFound("inference");
}

Result<Page<Correction>> MongoStore::ListCorrections(ObjectId owner, ObjectId inference, const PageRequest& page) {
  IC_ASSIGN_OR_RETURN(const bool found, HasInference(*connection_, owner, inference));
  if (!found) return NotFound("inference");
  Document filter = Make("inference_id", inference);
  if (page.after) filter.Set("_id", Make("$lt", *page.after));
  PageBuilder<Correction> builder(page);
  IC_RETURN_IF_ERROR(
      connection_->Find(collection::kCorrections, filter, {.sort = Make("_id", -1), .limit = PageLimit(page) + 1},
                        [&builder](View document) -> Result<bool> {
                          IC_ASSIGN_OR_RETURN(Correction correction, records::CorrectionFromJson(document.All()));
                          builder.Add(std::move(correction));
                          return !builder.full();
                        }));
  return std::move(builder).Finish();
}

}  // namespace intelliclinix::store::mongo
