// What contradicts itself. Each rule goes through one collection and asks the others. Others work meanwhile: what is
// found is told only if its document is still as it was read, and put right only while it is.
#include "store/check.h"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <map>
#include <set>

#include "records/json_codec.h"
#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store/mongo/grid_file.h"
#include "store/mongo/jobs.h"
#include "store/mongo/mongo_store.h"
#include "store/mongo/orphans.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {
namespace {

using namespace inconsistency;
using records::Task;

// What is younger may be in the middle of being made.
constexpr std::chrono::minutes kSettled{1};
/// Files whose chunks are counted together.
constexpr std::size_t kFilesTogether = 500;

/// A document that is at fault.
struct Culprit {
  const char* collection;
  Document as_read;  ///< matches it while it is as it was read
  ObjectId id = {};
  std::string name = {};
};

/// Matches `document` while these members are as they are.
Document AsRead(View document, std::initializer_list<const char*> members) {
  Document same;
  same.SetSame("_id", document);
  for (const char* const member : members) same.SetSame(member, document);
  return same;
}

std::set<ObjectId> BlobsOf(const records::SourceFile& file) {
  std::set<ObjectId> blobs = {file.blob_id};
  if (file.preview_id) blobs.insert(*file.preview_id);
  return blobs;
}

/// One check.
class Checker {
 public:
  Checker(MongoStore& store, Connection& connection, const CheckOptions& options)
      : store_(store), connection_(connection), options_(options) {}

  Result<std::vector<Inconsistency>> Run() {
    IC_RETURN_IF_ERROR(CheckFiles());
    IC_RETURN_IF_ERROR(CheckDatasets());
    IC_RETURN_IF_ERROR(CheckModels());
    IC_RETURN_IF_ERROR(CheckInferences());
    IC_RETURN_IF_ERROR(CheckTasks());
    IC_RETURN_IF_ERROR(CheckCorrections());
    IC_RETURN_IF_ERROR(CheckKeys());
    IC_RETURN_IF_ERROR(CheckOrphans());
    return std::move(found_);
  }

 private:
  /// Notes one, and puts it right with `fix`, if that can be and is wanted.
  template <typename Fix>
  Status Add(std::string_view kind, ObjectId id, const std::string& name, const Fix& fix) {
    found_.push_back({std::string(kind), id, InconsistencySentence(kind, id, name), false});
    if (!options_.fix) return {};
    IC_ASSIGN_OR_RETURN(found_.back().fixed, fix());
    return {};
  }
  static Result<bool> NoFix() { return false; }

  /// Add, of a document that is `as_read`, unless somebody has changed it since then.
  template <typename Fix>
  Status AddIfStillSo(std::string_view kind, const Culprit& culprit, const Fix& fix) {
    IC_ASSIGN_OR_RETURN(const bool still_so, connection_.Exists(culprit.collection, culprit.as_read));
    return still_so ? Add(kind, culprit.id, culprit.name, fix) : Status();
  }

  /// fix for what one update puts right.
  auto Sets(const Culprit& culprit, Document set) {
    return [this, &culprit, set = std::move(set)]() -> Result<bool> {
      IC_ASSIGN_OR_RETURN(
          const UpdateCounts counts,
          connection_.UpdateOne(culprit.collection, Document::CopyOf(culprit.as_read), Make("$set", set)));
      return counts.matched > 0;
    };
  }

  /// fix for what goes.
  auto Deletes(const Culprit& culprit) {
    return [this, &culprit]() -> Result<bool> {
      IC_ASSIGN_OR_RETURN(const std::int64_t deleted, connection_.Delete(culprit.collection, culprit.as_read));
      return deleted > 0;
    };
  }

  /// body(document) -> Status for all that match.
  template <typename Body>
  Status ForAll(const char* collection, const Document& filter, const FindOptions& options, const Body& body) {
    return connection_.Find(collection, filter, options, [&body](View document) -> Result<bool> {
      IC_RETURN_IF_ERROR(body(document));
      return true;
    });
  }

  Result<bool> AllThere(const std::set<ObjectId>& files) {
    if (files.empty()) return true;
    IC_ASSIGN_OR_RETURN(const std::int64_t count,
                        connection_.Count(collection::kFiles,
                                          Make("_id", Make("$in", std::vector<ObjectId>(files.begin(), files.end())))));
    return count == static_cast<std::int64_t>(files.size());
  }

  Status CheckFiles();
  Status CheckChunks(std::vector<Document>& files);
  Status AddIncomplete(View document, ObjectId file);
  Status CheckDatasets();
  Status CheckModels();
  Status CheckInferences();
  Status CheckInference(View document);
  Status CheckStatus(View document);
  Status CheckTasks();
  Status CheckTask(View document);
  Status CheckResult(View document, const Culprit& culprit);
  Status CheckCorrections();
  Status CheckKeys();
  Status CheckOrphans();

  MongoStore& store_;
  Connection& connection_;
  const CheckOptions& options_;
  std::vector<Inconsistency> found_;
};

Status Checker::CheckFiles() {
  std::vector<Document> batch;
  IC_RETURN_IF_ERROR(ForAll(collection::kFiles, {}, {}, [&](View document) -> Status {
    batch.push_back(Document::CopyOf(document));
    return batch.size() == kFilesTogether ? CheckChunks(batch) : Status();
  }));
  return CheckChunks(batch);
}

/// Empties `files`.
Status Checker::CheckChunks(std::vector<Document>& files) {
  std::vector<ObjectId> ids;
  ids.reserve(files.size());
  for (const Document& document : files) ids.push_back(GridFileFrom(document).id);
  std::vector<Document> pipeline;
  pipeline.push_back(Make("$match", Make("files_id", Make("$in", ids))));
  pipeline.push_back(Make("$group", Make("_id", "$files_id", "chunks", Make("$sum", 1))));
  std::map<ObjectId, std::int64_t> there;
  IC_RETURN_IF_ERROR(connection_.Aggregate(collection::kChunks, pipeline, [&there](View file) -> Result<bool> {
    there[file.Id("_id").value_or(ObjectId())] = file.Int("chunks");
    return true;
  }));
  for (const Document& document : files) {
    const GridFile file = GridFileFrom(document);
    const auto chunks = static_cast<std::int64_t>((file.bytes + file.chunk_bytes - 1) / file.chunk_bytes);
    if (there[file.id] != chunks) IC_RETURN_IF_ERROR(AddIncomplete(document, file.id));
  }
  files.clear();
  return {};
}

Status Checker::AddIncomplete(View document, ObjectId file) {
  const Culprit culprit{collection::kFiles, AsRead(document, {}), file, document.Text("filename")};
  const bool artifact = document.Has("metadata.inference_id");
  return AddIfStillSo(kBlobWithoutBytes, culprit, [&]() -> Result<bool> {
    if (artifact) IC_RETURN_IF_ERROR(store_.DeleteBlob(file));
    return artifact;
  });
}

Status Checker::CheckDatasets() {
  return ForAll(collection::kDatasets, {}, {.batch_size = 1}, [this](View document) -> Status {
    IC_ASSIGN_OR_RETURN(const records::Dataset dataset, DatasetFrom(document));
    std::set<ObjectId> all;
    for (const records::SourceFile& file : dataset.files) all.merge(BlobsOf(file));
    IC_ASSIGN_OR_RETURN(const bool all_there, AllThere(all));
    if (all_there) return {};
    for (const records::SourceFile& file : dataset.files) {
      IC_ASSIGN_OR_RETURN(const bool there, AllThere(BlobsOf(file)));
      if (there) continue;
      const Culprit culprit{collection::kDatasets, AsRead(document, {}), dataset.id, file.filename};
      IC_RETURN_IF_ERROR(AddIfStillSo(kDatasetWithoutBlob, culprit, NoFix));
    }
    return {};
  });
}

Status Checker::CheckModels() {
  IC_ASSIGN_OR_RETURN(const std::vector<records::StoredModel> models, store_.ListModels());
  for (const records::StoredModel& model : models) {
    for (const auto& [role, file] : model.blobs) {
      IC_ASSIGN_OR_RETURN(const bool there, AllThere({file}));
      if (there) continue;
      const Culprit culprit{collection::kModels, Make("_id", model.entry.id, "imported_at", model.imported_at), file,
                            model.entry.id};
      IC_RETURN_IF_ERROR(AddIfStillSo(kModelWithoutBlob, culprit, NoFix));
    }
  }
  return {};
}

Status Checker::CheckInferences() {
  return ForAll(collection::kInferences, {}, {.projection = WithoutResults()},
                [this](View document) { return CheckInference(document); });
}

Status Checker::CheckInference(View document) {
  const records::Inference inference = InferenceFrom(document);
  const Culprit culprit{collection::kInferences, AsRead(document, {"status", "dispatched", "attempt"}), inference.id};
  IC_ASSIGN_OR_RETURN(const auto dataset, connection_.FindOne(collection::kDatasets, Make("_id", inference.dataset_id),
                                                              {.projection = Make("files.gridfs_id", 1)}));
  if (!dataset) {
    return AddIfStillSo(kInferenceWithoutDataset, culprit, [&]() -> Result<bool> {
      const Status deleted = store_.DeleteInference(inference.owner_id, inference.id);
      return deleted.has_value();
    });
  }
  IC_ASSIGN_OR_RETURN(const std::int64_t tasks,
                      connection_.Count(collection::kTasks, Make("inference_id", inference.id)));
  const auto files = static_cast<std::int64_t>(dataset->view().Value("files").size());
  if (inference.dispatched && tasks < std::min<std::int64_t>(files, inference.images.value_or(files))) {
    const bool open = !records::IsFinal(inference.status);
    const auto dispatch_anew = Sets(culprit, Make("dispatched", false, "status", "queued"));
    IC_RETURN_IF_ERROR(
        AddIfStillSo(kTasksMissing, culprit, [&]() -> Result<bool> { return open ? dispatch_anew() : NoFix(); }));
  }
  return CheckStatus(document);
}

Status Checker::CheckStatus(View document) {
  const auto status = records::ParseStatus(document.Text("status"));
  const bool final = status && records::IsFinal(*status);
  const bool failed = status == records::InferenceStatus::kFailed;
  // Older documents of failed inferences have their reason in the notes.
  const bool has_reason = document.Has("error") || !document.Text("notes").empty();
  if (status && final == document.Time("finished_at").has_value() && failed == has_reason) return {};
  const records::Inference inference = InferenceFrom(document);
  Document set = Make("status", records::StatusName(inference.status));
  const std::optional<TimePoint> ended =
      inference.finished_at ? inference.finished_at : inference.started_at.value_or(inference.created_at);
  set.Set("finished_at", records::IsFinal(inference.status) ? ended : std::nullopt);
  const records::InferenceError lost{std::string(records::error_code::kRunnerError),
                                     "The reason of the failure was lost; try its images again."};
  const bool fails = inference.status == records::InferenceStatus::kFailed;
  set.SetJson("error", fails ? records::ToJson(inference.error.value_or(lost)) : Json());
  if (!fails) set.Set("notes", "");
  const Culprit culprit{collection::kInferences, AsRead(document, {"status", "attempt", "finished_at"}), inference.id};
  return AddIfStillSo(kInferenceContradicts, culprit, Sets(culprit, std::move(set)));
}

Status Checker::CheckTasks() {
  return ForAll(collection::kTasks, {}, {}, [this](View document) { return CheckTask(document); });
}

Status Checker::CheckTask(View document) {
  const Task task = TaskFrom(document);
  const Culprit culprit{collection::kTasks,
                        AsRead(document, {"inference_id", "state", "worker", "attempt", "round", "lease_expires_at"}),
                        task.id, task.filename};
  IC_ASSIGN_OR_RETURN(const auto inference, connection_.FindOne(collection::kInferences, Make("_id", task.inference_id),
                                                                {.projection = Make("status", 1)}));
  if (!inference) return AddIfStillSo(kTaskWithoutInference, culprit, Deletes(culprit));
  const std::string state = document.Text("state");
  const bool ended = state == "completed" || state == "failed";
  const bool known = ended || state == kPrepared || records::ParseTaskState(state).has_value();
  if (!known || ended != document.Has("result")) {
    return AddIfStillSo(kTaskContradicts, culprit,
                        Sets(culprit, Make("state", "queued", "result", std::optional<ObjectId>(),
                                           "progress.tiles_done", 0, "lease_expires_at", TimePoint())));
  }
  if (!ended && records::IsFinal(StateFrom(*inference).status)) {
    return AddIfStillSo(kOpenTaskOfEnded, culprit, Sets(culprit, EndOfTask(LeftResult(task))));
  }
  const int total = std::max(task.progress.tiles_total, 0);
  const int done = std::clamp(task.progress.tiles_done, 0, total);
  if (total != task.progress.tiles_total || done != task.progress.tiles_done) {
    IC_RETURN_IF_ERROR(AddIfStillSo(kProgressContradicts, culprit,
                                    Sets(culprit, Make("progress.tiles_done", done, "progress.tiles_total", total))));
  }
  return ended ? CheckResult(document, culprit) : Status();
}

Status Checker::CheckResult(View document, const Culprit& culprit) {
  IC_ASSIGN_OR_RETURN(const records::ImageResult result, ResultFrom(document.Value("result")));
  std::set<ObjectId> artifacts;
  for (const records::Artifact& artifact : result.artifacts) artifacts.insert(artifact.blob_id);
  IC_ASSIGN_OR_RETURN(const bool there, AllThere(artifacts));
  if (there) return {};
  return AddIfStillSo(kResultWithoutBlob, culprit, Sets(culprit, EndOfTask(LostResult(TaskFrom(document)))));
}

Status Checker::CheckCorrections() {
  return ForAll(collection::kCorrections, {}, {}, [this](View document) -> Status {
    const Culprit culprit{collection::kCorrections, AsRead(document, {}), document.Id("_id").value_or(ObjectId()),
                          document.Text("source_filename")};
    const ObjectId inference = document.Id("inference_id").value_or(ObjectId());
    IC_ASSIGN_OR_RETURN(const bool has_inference, connection_.Exists(collection::kInferences, Make("_id", inference)));
    if (!has_inference) return AddIfStillSo(kCorrectionWithoutInference, culprit, Deletes(culprit));
    IC_ASSIGN_OR_RETURN(const bool there, AllThere({document.Id("gridfs_id").value_or(ObjectId())}));
    return there ? Status() : AddIfStillSo(kCorrectionWithoutBlob, culprit, Deletes(culprit));
  });
}

Status Checker::CheckKeys() {
  const Document settled = Make("created_at", Make("$lt", options_.now - kSettled));
  return ForAll(collection::kKeys, settled, {}, [this](View document) -> Status {
    const Culprit culprit{collection::kKeys, AsRead(document, {"inference_id"}),
                          document.Id("inference_id").value_or(ObjectId()), document.Text("key")};
    IC_ASSIGN_OR_RETURN(const bool there, connection_.Exists(collection::kInferences, Make("_id", culprit.id)));
    return there ? Status() : AddIfStillSo(kKeyWithoutInference, culprit, Deletes(culprit));
  });
}

Status Checker::CheckOrphans() {
  IC_ASSIGN_OR_RETURN(const std::vector<ObjectId> orphans,
                      FindOrphans(connection_, options_.now - kOrphanAge, std::numeric_limits<int>::max()));
  for (const ObjectId id : orphans) {
    const auto remove = [&]() -> Result<bool> {
      IC_RETURN_IF_ERROR(store_.DeleteBlob(id));
      return true;
    };
    IC_RETURN_IF_ERROR(Add(kOrphan, id, "", remove));
  }
  return {};
}

}  // namespace

Result<std::vector<Inconsistency>> MongoStore::Check(const CheckOptions& options) {
  return Checker(*this, *connection_, options).Run();
}

}  // namespace intelliclinix::store::mongo
