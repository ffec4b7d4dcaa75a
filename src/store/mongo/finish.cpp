// The end of an inference: a fold over its tasks, written by one compare-and-set.
#include <set>

#include "records/json_codec.h"
#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store/mongo/jobs.h"
#include "store/mongo/mongo_store.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {
namespace {

// Units: bytes. A document may have 16 MB; results beyond this stay in the tasks alone.
constexpr std::size_t kMostResultBytes = 8U << 20;

/// What the tasks of an inference gave together.
struct Fold {
  int completed = 0;
  int failed = 0;
  std::optional<records::ImageResult> first;
  Json timings_ms = Json::object();
  std::vector<Document> results;
  std::size_t result_bytes = 0;
  records::Progress progress;
};

Status AddTask(View document, Fold& fold) {
  const Json json = document.Value("result");
  IC_ASSIGN_OR_RETURN(records::ImageResult result, ResultFrom(json));
  ++(result.completed ? fold.completed : fold.failed);
  AddTimings(fold.timings_ms, result.timings_ms);
  const records::Progress progress = ProgressFrom(document, "progress");
  fold.progress.tiles_done += progress.tiles_done;
  fold.progress.tiles_total += progress.tiles_total;
  if (fold.result_bytes <= kMostResultBytes) {
    Document wrapped;
    wrapped.SetJson("result", records::ToJson(result));
    fold.result_bytes += wrapped.size();
    fold.results.push_back(std::move(wrapped));
  }
  if (fold.result_bytes > kMostResultBytes) fold.results.clear();
  if (!fold.first) fold.first = std::move(result);
  return {};
}

Result<Fold> FoldTasks(Connection& connection, ObjectId inference) {
  Fold fold;
  const auto add = [&fold](View document) -> Result<bool> {
    IC_RETURN_IF_ERROR(AddTask(document, fold));
    return true;
  };
  IC_RETURN_IF_ERROR(connection.Find(collection::kTasks, Make("inference_id", inference),
                                     {.projection = Make("result", 1, "progress", 1), .sort = Make("position", 1)},
                                     add));
  fold.progress.images_done = fold.progress.images_total = fold.completed + fold.failed;
  return fold;
}

std::optional<records::InferenceError> FailureOf(const Fold& fold, bool cancelled) {
  if (cancelled) return CancelledError();
  if (fold.completed > 0 || fold.failed == 0) return std::nullopt;
  return AllFailedError(fold.failed, *fold.first);
}

Document EndOfInference(const Fold& fold, bool cancelled, const EndRequest& request) {
  Json provenance = request.provenance;
  provenance["timings_ms"] = fold.timings_ms;
  Document end = Make("status", "completed", "finished_at", request.at, "progress", ToDocument(fold.progress));
  if (const auto failure = FailureOf(fold, cancelled)) {
    end = Make("status", "failed", "finished_at", request.at, "progress", ToDocument(fold.progress), "notes",
               failure->detail);
    end.SetJson("error", records::ToJson(*failure));
  }
  end.SetJson("provenance", provenance);
  Json results = Json::array();
  for (const Document& result : fold.results) results.push_back(result.view().Value("result"));
  end.SetJson("results", results);
  return end;
}

/// Matches an open inference while nobody dispatched it, cancelled it or tried it again. Older documents lack fields.
Document AsItWas(ObjectId id, View found) {
  const auto flag = [&](const char* name) { return found.Bool(name) ? Make("$eq", true) : Make("$ne", true); };
  Document same = Make("_id", id, "status", OpenStatus(), "dispatched", flag("dispatched"), "cancel_requested",
                       flag("cancel_requested"));
  same.SetSame("attempt", found);
  return same;
}

}  // namespace

/// Tasks that ended change no more, so that a fold over them holds once none is open. The inference may be cancelled
/// or tried again meanwhile: the compare-and-set takes no effect then, and the fold is made anew.
Result<bool> EndInference(Connection& connection, const EndRequest& request) {
  while (true) {
    Document open = Make("_id", request.inference, "status", OpenStatus());
    if (!request.even_undispatched) open.Set("dispatched", true);
    IC_ASSIGN_OR_RETURN(const auto found,
                        connection.FindOne(collection::kInferences, open, {.projection = WithoutResults()}));
    if (!found) return false;
    const bool cancelled = found->view().Bool("cancel_requested");
    if (cancelled) IC_RETURN_IF_ERROR(EndUnheldTasks(connection, request.inference, request.at));
    IC_ASSIGN_OR_RETURN(const bool has_open, HasOpenTasks(connection, request.inference));
    if (has_open) return false;
    IC_ASSIGN_OR_RETURN(const Fold fold, FoldTasks(connection, request.inference));
    IC_ASSIGN_OR_RETURN(const UpdateCounts counts,
                        connection.UpdateOne(collection::kInferences, AsItWas(request.inference, *found),
                                             Make("$set", EndOfInference(fold, cancelled, request))));
    if (counts.matched == 1) return true;
  }
}

Result<bool> MongoStore::FinishInference(ObjectId inference, const Json& provenance, TimePoint at) {
  return EndInference(*connection_, {.inference = inference, .provenance = provenance, .at = at});
}

Result<std::vector<ObjectId>> MongoStore::ListUnfinished(TimePoint now, int limit) {
  std::vector<Document> pipeline;
  pipeline.push_back(Make("$match", Make("state", OpenStates())));
  pipeline.push_back(Make("$group", Make("_id", "$inference_id")));
  std::set<ObjectId> has_open;
  IC_RETURN_IF_ERROR(connection_->Aggregate(collection::kTasks, pipeline, [&has_open](View group) -> Result<bool> {
    if (const auto id = group.Id("_id")) has_open.insert(*id);
    return true;
  }));
  std::vector<ObjectId> unfinished;
  const auto look = [&](View document) -> Result<bool> {
    const ObjectId id = document.Id("_id").value_or(ObjectId());
    bool held = has_open.contains(id);
    if (held && document.Bool("cancel_requested")) {
      IC_ASSIGN_OR_RETURN(held, connection_->Exists(collection::kTasks, Make("inference_id", id, "state", "running",
                                                                             "lease_expires_at", Make("$gt", now))));
    }
    if (!held) unfinished.push_back(id);
    return static_cast<int>(unfinished.size()) < limit;
  };
  IC_RETURN_IF_ERROR(connection_->Find(collection::kInferences, Make("status", OpenStatus(), "dispatched", true),
                                       {.projection = Make("cancel_requested", 1), .sort = Make("_id", 1)}, look));
  return unfinished;
}

}  // namespace intelliclinix::store::mongo
