// How inferences stand: progress, results, places in the queue.
#include <algorithm>
#include <iterator>

#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store/mongo/jobs.h"
#include "store/mongo/legacy_results.h"
#include "store/mongo/mongo_store.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {

Result<std::vector<InferenceState>> MongoStore::LoadStates(const std::vector<ObjectId>& ids) {
  std::vector<InferenceState> states;
  if (ids.empty()) return states;
  std::vector<ObjectId> to_fold;
  IC_RETURN_IF_ERROR(
      connection_->Find(collection::kInferences, Make("_id", Make("$in", ids)),
                        {.projection = Make("status", 1, "cancel_requested", 1, "attempt", 1, "started_at", 1,
                                            "finished_at", 1, "error", 1, "progress", 1)},
                        [&](View document) -> Result<bool> {
                          states.push_back(StateFrom(document));
                          const InferenceState& state = states.back();
                          if (!records::IsFinal(state.status) || state.progress.images_total == 0)
                            to_fold.push_back(state.id);
                          return true;
                        }));
  IC_ASSIGN_OR_RETURN(const auto folded, FoldProgress(*connection_, to_fold));
  for (InferenceState& state : states) {
    const auto found = folded.find(state.id);
    if (found != folded.end()) state.progress = found->second;
  }
  return states;
}

/// The results lie in the tasks, however many there are; those of older inferences, which have none, in the document.
Result<ResultsPage> MongoStore::ListResults(ObjectId owner, ObjectId id, const ResultsRequest& request) {
  IC_ASSIGN_OR_RETURN(const auto found,
                      connection_->FindOne(collection::kInferences, Make("_id", id, "requested_by", owner),
                                           {.projection = Make("status", 1)}));
  if (!found) return NotFound("inference");
  if (!records::IsFinal(StateFrom(*found).status)) return ResultsPage{};
  IC_ASSIGN_OR_RETURN(const bool has_tasks, connection_->Exists(collection::kTasks, Make("inference_id", id)));
  if (!has_tasks) return LegacyResults(*connection_, id, request);
  ResultsPageBuilder builder(request);
  IC_RETURN_IF_ERROR(
      connection_->Find(collection::kTasks, Make("inference_id", id, "position", Make("$gte", request.first)),
                        {.projection = Make("position", 1, "result", 1), .sort = Make("position", 1)},
                        [&builder](View document) -> Result<bool> {
                          const Json json = document.Value("result");
                          if (json.is_null()) return true;
                          if (!builder.Wants(static_cast<int>(document.Int("position")), DumpJson(json).size()))
                            return false;
                          IC_ASSIGN_OR_RETURN(records::ImageResult result, ResultFrom(json));
                          builder.Add(std::move(result));
                          return true;
                        }));
  return std::move(builder).Finish();
}

Result<std::vector<ObjectId>> MongoStore::FindUnwanted(const std::vector<ObjectId>& ids) {
  IC_ASSIGN_OR_RETURN(
      const std::vector<ObjectId> wanted,
      connection_->FindIds(collection::kInferences, Make("_id", Make("$in", ids), "status", OpenStatus(),
                                                         "cancel_requested", Make("$ne", true))));
  std::vector<ObjectId> unwanted;
  std::ranges::copy_if(ids, std::back_inserter(unwanted),
                       [&wanted](ObjectId id) { return std::ranges::find(wanted, id) == wanted.end(); });
  return unwanted;
}

Result<int> MongoStore::CountOpenInferences(ObjectId owner) {
  IC_ASSIGN_OR_RETURN(const std::int64_t count,
                      connection_->Count(collection::kInferences, Make("requested_by", owner, "status", OpenStatus())));
  return static_cast<int>(count);
}

Result<std::optional<int>> MongoStore::QueuePosition(ObjectId id) {
  IC_ASSIGN_OR_RETURN(const auto found, connection_->FindOne(collection::kInferences, Make("_id", id),
                                                             {.projection = Make("status", 1)}));
  if (!found) return NotFound("inference");
  if (StateFrom(*found).status != records::InferenceStatus::kQueued) return std::nullopt;
  IC_ASSIGN_OR_RETURN(
      const std::int64_t before,
      connection_->Count(collection::kInferences, Make("_id", Make("$lt", id), "status", OpenStatus())));
  return static_cast<int>(before) + 1;
}

}  // namespace intelliclinix::store::mongo
