#include "store/mongo/jobs.h"

#include <algorithm>

#include "records/json_codec.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {

using records::Task;

Document WithoutResults() { return Make("results", 0); }

/// The server counts the tasks that are alike, which are few kinds, and the counts are added up here. One accumulator
/// a group: FerretDB 1 gives the second none of the documents.
Result<std::unordered_map<ObjectId, records::Progress>> FoldProgress(Connection& connection,
                                                                     const std::vector<ObjectId>& inferences) {
  std::unordered_map<ObjectId, records::Progress> progress;
  if (inferences.empty()) return progress;
  std::vector<Document> pipeline;
  pipeline.push_back(Make("$match", Make("inference_id", Make("$in", inferences))));
  pipeline.push_back(Make("$group", Make("_id",
                                         Make("inference", "$inference_id", "state", "$state", "tiles_done",
                                              "$progress.tiles_done", "tiles_total", "$progress.tiles_total"),
                                         "tasks", Make("$sum", 1))));
  IC_RETURN_IF_ERROR(connection.Aggregate(collection::kTasks, pipeline, [&progress](View kind) -> Result<bool> {
    const auto id = kind.Id("_id.inference");
    if (!id) return true;
    records::Progress& sum = progress[*id];
    const int tasks = static_cast<int>(kind.Int("tasks"));
    const auto state = records::ParseTaskState(kind.Text("_id.state"));
    const bool done = state == records::TaskState::kCompleted || state == records::TaskState::kFailed;
    sum.images_total += tasks;
    sum.images_done += done ? tasks : 0;
    sum.tiles_done += tasks * static_cast<int>(kind.Int("_id.tiles_done"));
    sum.tiles_total += tasks * static_cast<int>(kind.Int("_id.tiles_total"));
    return true;
  }));
  return progress;
}

Document EndOfTask(const records::ImageResult& result) {
  Document end = Make("state", result.completed ? "completed" : "failed");
  end.SetJson("result", records::ToJson(result));
  return end;
}

Status EndUnheldTasks(Connection& connection, ObjectId inference, TimePoint now) {
  const Document unheld = Make("inference_id", inference, "state", OpenStates(), "lease_expires_at", Make("$lte", now));
  std::vector<Update> updates;
  IC_RETURN_IF_ERROR(connection.Find(
      collection::kTasks, unheld, {.projection = Make("progress", 0)}, [&](View document) -> Result<bool> {
        const Task task = TaskFrom(document);
        // A worker that has claimed it since then goes on.
        updates.push_back({Make("_id", task.id, "inference_id", inference, "state", document.Text("state"), "attempt",
                                task.attempt, "lease_expires_at", Make("$lte", now)),
                           Make("$set", EndOfTask(CancelledResult(task)))});
        return true;
      }));
  IC_RETURN_IF_ERROR(connection.UpdateAll(collection::kTasks, updates));
  return {};
}

Result<bool> HasOpenTasks(Connection& connection, ObjectId inference) {
  return connection.Exists(collection::kTasks, Make("inference_id", inference, "state", OpenStates()));
}

Result<std::int64_t> QueueFailedTasks(Connection& connection, ObjectId inference, int round) {
  IC_ASSIGN_OR_RETURN(
      const UpdateCounts counts,
      connection.UpdateMany(
          collection::kTasks, Make("inference_id", inference, "state", "failed", "round", Make("$ne", round)),
          Make("$set", Make("state", "queued", "attempt", 0, "round", round, "result", std::optional<ObjectId>(),
                            "progress.tiles_done", 0, "lease_expires_at", TimePoint()))));
  return counts.modified;
}

Result<bool> WantModel(Connection& connection, std::string_view id) {
  IC_ASSIGN_OR_RETURN(
      const UpdateCounts counts,
      connection.UpdateOne(collection::kModels, Make("_id", id), Make("$set", Make("wanted", ObjectId::Generate()))));
  return counts.matched == 1;
}

Status DeleteBlobs(Connection& connection, const std::vector<ObjectId>& ids) {
  constexpr std::size_t kBatch = 500;
  for (std::size_t first = 0; first < ids.size(); first += kBatch) {
    const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(first);
    const Document among = Make(
        "$in", std::vector<ObjectId>(begin, begin + static_cast<std::ptrdiff_t>(std::min(kBatch, ids.size() - first))));
    IC_RETURN_IF_ERROR(connection.Delete(collection::kFiles, Make("_id", among)));
    IC_RETURN_IF_ERROR(connection.Delete(collection::kChunks, Make("files_id", among, "n", Make("$gt", 0))));
    IC_RETURN_IF_ERROR(connection.Delete(collection::kChunks, Make("files_id", among)));
  }
  return {};
}

}  // namespace intelliclinix::store::mongo
