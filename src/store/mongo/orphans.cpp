#include "store/mongo/orphans.h"

#include <limits>
#include <set>

#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store/mongo/mongo_store.h"

namespace intelliclinix::store::mongo {
namespace {

/// Files that are looked at together.
constexpr std::size_t kBatch = 500;

/// Files of which it is to be found out who points to them.
struct Candidates {
  std::set<ObjectId> files;
  std::set<ObjectId> inferences;  // for which they were made

  void Clear() {
    files.clear();
    inferences.clear();
  }
};

Document Among(const std::set<ObjectId>& ids) { return Make("$in", std::vector<ObjectId>(ids.begin(), ids.end())); }

/// Takes the ids that stand at `path`/`member` out of the candidates: `path` is an array of objects.
void Spare(View document, const char* path, const char* member, std::set<ObjectId>& files) {
  for (const Json& item : document.Value(path)) {
    if (!item.is_object() || !item.contains(member) || !item.at(member).is_string()) continue;
    if (const auto id = ObjectId::Parse(item.at(member).get<std::string>())) files.erase(*id);
  }
}

Status SpareSources(Connection& connection, std::set<ObjectId>& files) {
  for (const char* const member : {"gridfs_id", "preview_id"}) {
    if (files.empty()) return {};
    const std::string path = std::string("files.") + member;
    IC_RETURN_IF_ERROR(connection.Find(collection::kDatasets, Make(path, Among(files)),
                                       {.projection = Make(path, 1), .batch_size = 1},
                                       [&](View dataset) -> Result<bool> {
                                         Spare(dataset, "files", member, files);
                                         return true;
                                       }));
  }
  return {};
}

Status SpareCorrections(Connection& connection, std::set<ObjectId>& files) {
  return connection.Find(collection::kCorrections, Make("gridfs_id", Among(files)),
                         {.projection = Make("gridfs_id", 1)}, [&files](View correction) -> Result<bool> {
                           if (const auto id = correction.Id("gridfs_id")) files.erase(*id);
                           return true;
                         });
}

Status SpareArtifacts(Connection& connection, Candidates& candidates) {
  return connection.Find(collection::kTasks, Make("inference_id", Among(candidates.inferences)),
                         {.projection = Make("result.artifacts.gridfs_id", 1)},
                         [&candidates](View task) -> Result<bool> {
                           Spare(task, "result.artifacts", "gridfs_id", candidates.files);
                           return true;
                         });
}

/// Those that were made for an inference that is open: a worker may be about to commit them.
Status SpareAwaited(Connection& connection, Candidates& candidates) {
  std::set<ObjectId> open;
  IC_RETURN_IF_ERROR(connection.Find(collection::kInferences,
                                     Make("_id", Among(candidates.inferences), "status", OpenStatus()),
                                     {.projection = Make("_id", 1)}, [&open](View inference) -> Result<bool> {
                                       if (const auto id = inference.Id("_id")) open.insert(*id);
                                       return true;
                                     }));
  if (open.empty()) return {};
  return connection.Find(collection::kFiles, Make("metadata.inference_id", Among(open)), {.projection = Make("_id", 1)},
                         [&candidates](View file) -> Result<bool> {
                           if (const auto id = file.Id("_id")) candidates.files.erase(*id);
                           return true;
                         });
}

/// The orphans of one batch. An inference is asked whether it is open before its tasks are asked what they name: one
/// that ends in between has its results in its tasks by then.
Status AddOrphans(Connection& connection, Candidates& candidates, std::vector<ObjectId>& orphans) {
  if (!candidates.inferences.empty()) {
    IC_RETURN_IF_ERROR(SpareAwaited(connection, candidates));
    IC_RETURN_IF_ERROR(SpareArtifacts(connection, candidates));
    IC_RETURN_IF_ERROR(SpareCorrections(connection, candidates.files));
  }
  IC_RETURN_IF_ERROR(SpareSources(connection, candidates.files));
  orphans.insert(orphans.end(), candidates.files.begin(), candidates.files.end());
  candidates.Clear();
  return {};
}

/// The least id that is made at `time`.
ObjectId IdAt(TimePoint time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::array<std::uint8_t, 12> bytes{};
  for (int i = 0; i < 4; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(seconds >> (24 - 8 * i));
  return ObjectId(bytes);
}

/// Chunks without a file: of writers that died. Their time is that of the file's id.
Status AddLooseChunks(Connection& connection, TimePoint created_before, int limit, std::vector<ObjectId>& orphans) {
  const auto look = [&](View chunk) -> Result<bool> {
    const auto id = chunk.Id("files_id");
    if (!id) return true;
    IC_ASSIGN_OR_RETURN(const bool has_file, connection.Exists(collection::kFiles, Make("_id", *id)));
    if (!has_file) orphans.push_back(*id);
    return static_cast<int>(orphans.size()) < limit;
  };
  return connection.Find(collection::kChunks, Make("n", 0, "files_id", Make("$lt", IdAt(created_before))),
                         {.projection = Make("files_id", 1)}, look);
}

}  // namespace

Result<std::vector<ObjectId>> FindOrphans(Connection& connection, TimePoint created_before, int limit) {
  std::vector<ObjectId> orphans;
  Candidates candidates;
  const auto enough = [&] { return orphans.size() >= static_cast<std::size_t>(limit); };
  const auto look = [&](View file) -> Result<bool> {
    if (const auto id = file.Id("_id")) candidates.files.insert(*id);
    if (const auto inference = file.Id("metadata.inference_id")) candidates.inferences.insert(*inference);
    if (candidates.files.size() == kBatch) IC_RETURN_IF_ERROR(AddOrphans(connection, candidates, orphans));
    return !enough();
  };
  // Ours alone have a content type there.
  const Document ours = Make("uploadDate", Make("$lt", created_before), "metadata.content_type", Make("$exists", true));
  const FindOptions options{.projection = Make("metadata.inference_id", 1)};
  IC_RETURN_IF_ERROR(connection.Find(collection::kFiles, ours, options, look));
  IC_RETURN_IF_ERROR(AddOrphans(connection, candidates, orphans));
  if (!enough()) IC_RETURN_IF_ERROR(AddLooseChunks(connection, created_before, limit, orphans));
  if (enough()) orphans.resize(static_cast<std::size_t>(limit));
  return orphans;
}

Result<std::vector<ObjectId>> MongoStore::ListOrphans(TimePoint created_before, int limit) {
  return FindOrphans(*connection_, created_before, limit);
}

}  // namespace intelliclinix::store::mongo
