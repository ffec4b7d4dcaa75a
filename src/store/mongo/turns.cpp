// What turns inferences round: cancelling and trying again.
#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store/mongo/jobs.h"
#include "store/mongo/mongo_store.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {

using records::InferenceStatus;

/// The mark comes first: from then on the tasks whose leases run out are claimed no more, and whoever finishes the
/// inference ends it as cancelled. Then the tasks that nobody holds end, and, when none is open, the inference. After a
/// cut the next sweep does the rest.
Result<InferenceStatus> MongoStore::CancelInference(ObjectId owner, ObjectId id, TimePoint at) {
  const auto read = [&] {
    return connection_->FindOne(collection::kInferences, Make("_id", id, "requested_by", owner),
                                {.projection = WithoutResults()});
  };
  IC_ASSIGN_OR_RETURN(
      const UpdateCounts marked,
      connection_->UpdateOne(collection::kInferences, Make("_id", id, "requested_by", owner, "status", OpenStatus()),
                             Make("$set", Make("cancel_requested", true))));
  IC_ASSIGN_OR_RETURN(const auto found, read());
  if (!found) return NotFound("inference");
  const InferenceState state = StateFrom(*found);
  if (marked.matched == 0) {
    if (IsCancelled(state.error)) return state.status;
    return CannotCancel(state.status);
  }
  IC_RETURN_IF_ERROR(EndUnheldTasks(*connection_, id, at));
  const Json nothing = Json::object();
  IC_ASSIGN_OR_RETURN(
      const bool ended,
      EndInference(*connection_, {.inference = id, .provenance = nothing, .at = at, .even_undispatched = true}));
  return ended ? InferenceStatus::kFailed : InferenceStatus::kRunning;
}

/// The inference opens first, but not dispatched, so that nobody finishes it meanwhile; then its failed tasks are
/// queued; then it is dispatched. After a cut the sweeper dispatches it, and InsertTasks queues what is still to be. So
/// it is where the inference was not dispatched before: it may lack tasks, which InsertTasks adds.
Result<int> MongoStore::RetryFailedImages(ObjectId owner, ObjectId id) {
  IC_ASSIGN_OR_RETURN(const auto found,
                      connection_->FindOne(collection::kInferences, Make("_id", id, "requested_by", owner),
                                           {.projection = WithoutResults()}));
  if (!found) return NotFound("inference");
  const InferenceState state = StateFrom(*found);
  IC_ASSIGN_OR_RETURN(const bool has_failed,
                      connection_->Exists(collection::kTasks, Make("inference_id", id, "state", "failed")));
  IC_ASSIGN_OR_RETURN(const bool has_tasks, connection_->Exists(collection::kTasks, Make("inference_id", id)));
  const bool never_begun = state.status == InferenceStatus::kFailed && !has_tasks;
  const bool lacks_tasks = never_begun || !found->view().Bool("dispatched");
  if (!records::IsFinal(state.status) || (!has_failed && !never_begun)) return CannotRetry(state.status);
  const int round = state.attempt + 1;
  const std::optional<ObjectId> none;
  Document change = Make("status", "queued", "attempt", round, "cancel_requested", false, "dispatched", false,
                         "started_at", none, "finished_at", none, "error", none, "notes", "", "progress", none);
  change.SetJson("results", Json::array());
  Document as_it_was = Make("_id", id, "requested_by", owner, "status", found->view().Text("status"));
  as_it_was.SetSame("attempt", *found);
  IC_ASSIGN_OR_RETURN(const UpdateCounts opened,
                      connection_->UpdateOne(collection::kInferences, std::move(as_it_was), Make("$set", change)));
  if (opened.matched == 0) return CannotRetry(InferenceStatus::kQueued);
  if (lacks_tasks) return 0;
  IC_ASSIGN_OR_RETURN(const std::int64_t queued, QueueFailedTasks(*connection_, id, round));
  IC_RETURN_IF_ERROR(connection_->UpdateOne(collection::kInferences, Make("_id", id, "attempt", round),
                                            Make("$set", Make("dispatched", true))));
  return static_cast<int>(queued);
}

}  // namespace intelliclinix::store::mongo
