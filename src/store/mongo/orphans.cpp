#include "store/mongo/orphans.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <ranges>
#include <set>

#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store/mongo/grid_file.h"
#include "store/mongo/mongo_store.h"

namespace intelliclinix::store::mongo {
namespace {

/// Files, or inferences, that are looked at together.
constexpr std::size_t kBatch = 500;

/// Files of which it is to be found out who points to them, with the inference for which each was made. All files of an
/// inference are in one batch, so that its tasks are read once, however many files it has.
struct Candidates {
  std::map<ObjectId, std::optional<ObjectId>> files;
  std::set<ObjectId> inferences;
};

template <typename Ids>
Document Among(const Ids& ids) {
  return Make("$in", std::vector<ObjectId>(ids.begin(), ids.end()));
}

std::vector<ObjectId> FilesOf(const Candidates& candidates) {
  std::vector<ObjectId> files;
  std::ranges::copy(std::views::keys(candidates.files), std::back_inserter(files));
  return files;
}

/// Takes the ids that stand at `path`/`member` out of the candidates: `path` is an array of objects.
void Spare(View document, const char* path, const char* member, Candidates& candidates) {
  for (const Json& item : document.Value(path)) {
    if (!item.is_object() || !item.contains(member) || !item.at(member).is_string()) continue;
    if (const auto id = ObjectId::Parse(item.at(member).get<std::string>())) candidates.files.erase(*id);
  }
}

Status SpareSources(Connection& connection, Candidates& candidates) {
  for (const char* const member : {"gridfs_id", "preview_id"}) {
    if (candidates.files.empty()) return {};
    const std::string path = std::string("files.") + member;
    IC_RETURN_IF_ERROR(connection.Find(collection::kDatasets, Make(path, Among(FilesOf(candidates))),
                                       {.projection = Make(path, 1), .batch_size = 1},
                                       [&](View dataset) -> Result<bool> {
                                         Spare(dataset, "files", member, candidates);
                                         return true;
                                       }));
  }
  return {};
}

Status SpareCorrections(Connection& connection, Candidates& candidates) {
  return connection.Find(collection::kCorrections, Make("inference_id", Among(candidates.inferences)),
                         {.projection = Make("gridfs_id", 1)}, [&candidates](View correction) -> Result<bool> {
                           if (const auto id = correction.Id("gridfs_id")) candidates.files.erase(*id);
                           return true;
                         });
}

/// Of models there are a few, each with a few files by role.
Status SpareModels(Connection& connection, Candidates& candidates) {
  if (candidates.files.empty()) return {};
  return connection.Find(collection::kModels, {}, {.projection = Make("files", 1)},
                         [&candidates](View model) -> Result<bool> {
                           const Json named = model.Value("files");
                           for (const auto& [role, file] : named.items()) {
                             if (const auto id = ObjectId::Parse(file.value("gridfs_id", "")))
                               candidates.files.erase(*id);
                           }
                           return true;
                         });
}

Status SpareArtifacts(Connection& connection, Candidates& candidates) {
  return connection.Find(collection::kTasks, Make("inference_id", Among(candidates.inferences)),
                         {.projection = Make("result.artifacts.gridfs_id", 1)},
                         [&candidates](View task) -> Result<bool> {
                           Spare(task, "result.artifacts", "gridfs_id", candidates);
                           return true;
                         });
}

/// Takes out the files of inferences that are open: a worker may be about to commit them. Inferences that are gone are
/// asked nothing further, whatever a deletion that was cut short left of them.
Status SpareAwaited(Connection& connection, Candidates& candidates) {
  std::set<ObjectId> open;
  std::set<ObjectId> ended;
  IC_RETURN_IF_ERROR(connection.Find(collection::kInferences, Make("_id", Among(candidates.inferences)),
                                     {.projection = Make("status", 1)}, [&](View inference) -> Result<bool> {
                                       const InferenceState state = StateFrom(inference);
                                       (records::IsFinal(state.status) ? ended : open).insert(state.id);
                                       return true;
                                     }));
  std::erase_if(candidates.files, [&open](const auto& file) { return file.second && open.contains(*file.second); });
  candidates.inferences = std::move(ended);
  return {};
}

/// The orphans of one batch. An inference is asked whether it is open before its tasks are asked what they name: one
/// that ends in between has its results in its tasks by then.
Status AddOrphans(Connection& connection, Candidates& candidates, std::vector<ObjectId>& orphans) {
  if (!candidates.inferences.empty()) IC_RETURN_IF_ERROR(SpareAwaited(connection, candidates));
  if (!candidates.inferences.empty()) {
    IC_RETURN_IF_ERROR(SpareArtifacts(connection, candidates));
    IC_RETURN_IF_ERROR(SpareCorrections(connection, candidates));
  }
  IC_RETURN_IF_ERROR(SpareSources(connection, candidates));
  IC_RETURN_IF_ERROR(SpareModels(connection, candidates));
  std::ranges::copy(std::views::keys(candidates.files), std::back_inserter(orphans));
  candidates = {};
  return {};
}

/// The least id that is made at `time`.
ObjectId IdAt(TimePoint time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::array<std::uint8_t, 12> bytes{};
  for (int i = 0; i < 4; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(seconds >> (24 - 8 * i));
  return ObjectId(bytes);
}

/// Adds those of `files`, which have chunks, that have no document. Empties `files`.
Status AddUnknown(Connection& connection, std::set<ObjectId>& files, std::vector<ObjectId>& orphans) {
  IC_ASSIGN_OR_RETURN(const std::vector<ObjectId> known,
                      connection.FindIds(collection::kFiles, Make("_id", Among(files))));
  for (const ObjectId id : known) files.erase(id);
  orphans.insert(orphans.end(), files.begin(), files.end());
  files.clear();
  return {};
}

/// Chunks without a file: of writers that died and of deletions that were cut short. Both leave one of those that are
/// written together first. Their time is that of the file's id. The index has all that is asked, so no chunk is read.
Status AddLooseChunks(Connection& connection, TimePoint created_before, int limit, std::vector<ObjectId>& orphans) {
  std::set<ObjectId> files;
  const auto look = [&](View chunk) -> Result<bool> {
    if (const auto id = chunk.Id("files_id")) files.insert(*id);
    if (files.size() == kBatch) IC_RETURN_IF_ERROR(AddUnknown(connection, files, orphans));
    return static_cast<int>(orphans.size()) < limit;
  };
  const Document old = Make("files_id", Make("$lt", IdAt(created_before)), "n", Make("$lt", kChunksTogether));
  IC_RETURN_IF_ERROR(connection.Find(collection::kChunks, old, {.projection = Make("files_id", 1, "_id", 0)}, look));
  return AddUnknown(connection, files, orphans);
}

/// Removes what `collection` has of those of `inferences` that are gone. Empties `inferences`.
Status RemoveOfMissing(Connection& connection, const char* collection, std::set<ObjectId>& inferences) {
  IC_ASSIGN_OR_RETURN(const std::vector<ObjectId> there,
                      connection.FindIds(collection::kInferences, Make("_id", Among(inferences))));
  for (const ObjectId id : there) inferences.erase(id);
  if (!inferences.empty()) {
    IC_RETURN_IF_ERROR(connection.Delete(collection, Make("inference_id", Among(inferences))));
  }
  inferences.clear();
  return {};
}

Status RemoveLeftoversOf(Connection& connection, const char* collection, const Document& old) {
  std::vector<Document> pipeline;
  pipeline.push_back(Make("$match", old));
  pipeline.push_back(Make("$group", Make("_id", "$inference_id")));
  std::set<ObjectId> inferences;
  const auto look = [&](View group) -> Result<bool> {
    if (const auto id = group.Id("_id")) inferences.insert(*id);
    if (inferences.size() == kBatch) IC_RETURN_IF_ERROR(RemoveOfMissing(connection, collection, inferences));
    return true;
  };
  IC_RETURN_IF_ERROR(connection.Aggregate(collection, pipeline, look));
  return RemoveOfMissing(connection, collection, inferences);
}

}  // namespace

Result<std::vector<ObjectId>> FindOrphans(Connection& connection, TimePoint created_before, int limit) {
  std::vector<ObjectId> orphans;
  Candidates candidates;
  const auto enough = [&] { return orphans.size() >= static_cast<std::size_t>(limit); };
  const auto look = [&](View file) -> Result<bool> {
    const auto id = file.Id("_id");
    const auto inference = file.Id("metadata.inference_id");
    const bool next = !inference || !candidates.inferences.contains(*inference);
    if (next && candidates.files.size() >= kBatch) IC_RETURN_IF_ERROR(AddOrphans(connection, candidates, orphans));
    if (id) candidates.files.emplace(*id, inference);
    if (inference) candidates.inferences.insert(*inference);
    return !enough();
  };
  // Ours alone have a content type there.
  const Document ours = Make("uploadDate", Make("$lt", created_before), "metadata.content_type", Make("$exists", true));
  const FindOptions options{.projection = Make("metadata.inference_id", 1), .sort = Make("metadata.inference_id", 1)};
  IC_RETURN_IF_ERROR(connection.Find(collection::kFiles, ours, options, look));
  if (!enough()) IC_RETURN_IF_ERROR(AddOrphans(connection, candidates, orphans));
  if (!enough()) IC_RETURN_IF_ERROR(AddLooseChunks(connection, created_before, limit, orphans));
  if (enough()) orphans.resize(static_cast<std::size_t>(limit));
  return orphans;
}

Status RemoveLeftovers(Connection& connection, TimePoint created_before) {
  IC_RETURN_IF_ERROR(RemoveLeftoversOf(connection, collection::kTasks, {}));
  IC_RETURN_IF_ERROR(RemoveLeftoversOf(connection, collection::kCorrections, {}));
  return RemoveLeftoversOf(connection, collection::kKeys, Make("created_at", Make("$lt", created_before)));
}

Result<std::vector<ObjectId>> MongoStore::ListOrphans(TimePoint created_before, int limit) {
  IC_RETURN_IF_ERROR(RemoveLeftovers(*connection_, created_before));
  return FindOrphans(*connection_, created_before, limit);
}

}  // namespace intelliclinix::store::mongo
