#include "records/json_codec.h"
#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store/mongo/mongo_store.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {
namespace {

using records::Dataset;

/// Documents of datasets may have megabytes, and a page may end early.
constexpr std::int64_t kBatchSize = 16;

/// {$each: [...]}, what $push takes.
Document Each(const std::vector<records::SourceFile>& files) {
  Json items = Json::array();
  for (const records::SourceFile& file : files) items.push_back(records::ToJson(file));
  Document each;
  each.SetJson("$each", items);
  return each;
}

}  // namespace

Status MongoStore::InsertDataset(const Dataset& dataset) {
  Status inserted = connection_->Insert(collection::kDatasets, ToDocument(dataset));
  if (!inserted && inserted.error().code == ErrorCode::kConflict) return IdTaken("dataset", dataset.id);
  return inserted;
}

Result<Dataset> MongoStore::GetDataset(ObjectId owner, ObjectId id) {
  IC_ASSIGN_OR_RETURN(const auto found,
                      connection_->FindOne(collection::kDatasets, Make("_id", id, "owner_id", owner)));
  if (!found) return NotFound("dataset");
  return DatasetFrom(*found);
}

Result<Page<Dataset>> MongoStore::ListDatasets(ObjectId owner, const PageRequest& page) {
  Document filter = Make("owner_id", owner);
  if (page.after) filter.Set("_id", Make("$lt", *page.after));
  PageBuilder<Dataset> builder(page);
  IC_RETURN_IF_ERROR(connection_->Find(
      collection::kDatasets, filter, {.sort = Make("_id", -1), .limit = PageLimit(page) + 1, .batch_size = kBatchSize},
      [&builder](View document) -> Result<bool> {
        IC_ASSIGN_OR_RETURN(Dataset dataset, DatasetFrom(document));
        const std::size_t files = dataset.files.size();
        builder.Add(std::move(dataset), files);
        return !builder.full();
      }));
  return std::move(builder).Finish();
}

/// A dataset only grows, so that its number of files tells whether it is still the one that was read.
Result<FileAddition> MongoStore::AddFiles(ObjectId owner, ObjectId id, const std::vector<records::SourceFile>& files,
                                          std::size_t max_files) {
  for (;;) {
    IC_ASSIGN_OR_RETURN(const Dataset dataset, GetDataset(owner, id));
    IC_ASSIGN_OR_RETURN(FileAddition addition, PlanAddition(dataset.files, files, max_files));
    if (addition.added.empty()) return addition;
    Document as_read = Make("_id", id, "owner_id", owner);
    // Older documents may have no list of files.
    if (dataset.files.empty()) as_read.Set("files.0", Make("$exists", false));
    if (!dataset.files.empty()) as_read.Set("files", Make("$size", dataset.files.size()));
    IC_ASSIGN_OR_RETURN(const UpdateCounts counts,
                        connection_->UpdateOne(collection::kDatasets, std::move(as_read),
                                               Make("$push", Make("files", Each(addition.added)))));
    if (counts.matched > 0) return addition;
  }
}

/// Its inferences go first and its document after them, so that a deletion that is cut short can be asked for again;
/// then the inferences that were inserted meanwhile (InsertInference looks for the dataset again, so that none comes
/// later), and last its files, which the sweeper finds if they stay.
Status MongoStore::DeleteDataset(ObjectId owner, ObjectId id) {
  IC_ASSIGN_OR_RETURN(const Dataset dataset, GetDataset(owner, id));
  for (const bool document_gone : {false, true}) {
    IC_ASSIGN_OR_RETURN(const std::vector<ObjectId> inferences,
                        connection_->FindIds(collection::kInferences, Make("dataset_id", id)));
    for (const ObjectId inference : inferences) {
      const Status deleted = DeleteInference(owner, inference);
      if (!deleted && deleted.error().code != ErrorCode::kNotFound) return deleted;
    }
    if (document_gone) break;
    IC_ASSIGN_OR_RETURN(const std::int64_t deleted,
                        connection_->Delete(collection::kDatasets, Make("_id", id, "owner_id", owner)));
    if (deleted == 0) return NotFound("dataset");
  }
  for (const records::SourceFile& file : dataset.files) {
    IC_RETURN_IF_ERROR(DeleteBlob(file.blob_id));
    if (file.preview_id) IC_RETURN_IF_ERROR(DeleteBlob(*file.preview_id));
  }
  return {};
}

}  // namespace intelliclinix::store::mongo
