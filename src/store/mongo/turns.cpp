// What turns inferences round: cancelling and trying again.
#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store/mongo/jobs.h"
#include "store/mongo/mongo_store.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {

using records::InferenceStatus;

namespace {

/// Makes an inference that was opened for the try `round` as it was before; not one that was dispatched meanwhile.
Status CloseAgain(Connection& connection, int round, View before) {
  Document change;
  for (const char* const name : {"status", "attempt", "cancel_requested", "dispatched", "started_at", "finished_at",
                                 "error", "notes", "progress", "results"}) {
    change.SetSame(name, before);
  }
  IC_RETURN_IF_ERROR(connection.UpdateOne(
      collection::kInferences,
      Make("_id", before.Id("_id").value_or(ObjectId()), "attempt", round, "dispatched", Make("$ne", true)),
      Make("$set", change)));
  return {};
}

/// Queues an ended inference, which is as `found` says, for the try `round`, without its tasks. Errors: kConflict when
/// it is not so any more, or its model is gone. The model is looked for before, too, so that what was opened is closed
/// only where a removal came in between.
Status OpenAgain(Connection& connection, View found, int round) {
  const bool imported = found.Bool("model_imported");
  const std::string model = found.Text("model_id");
  if (imported) {
    IC_ASSIGN_OR_RETURN(const bool is_there, WantModel(connection, model));
    if (!is_there) return ModelGone(ErrorCode::kConflict, model);
  }
  const std::optional<ObjectId> none;
  Document change = Make("status", "queued", "attempt", round, "cancel_requested", false, "dispatched", false,
                         "started_at", none, "finished_at", none, "error", none, "notes", "", "progress", none);
  change.SetJson("results", Json::array());
  Document as_it_was = Make("_id", found.Id("_id").value_or(ObjectId()), "status", found.Text("status"));
  as_it_was.SetSame("attempt", found);
  IC_ASSIGN_OR_RETURN(const auto before, connection.FindAndModify(collection::kInferences, as_it_was, Make("_id", 1),
                                                                  Make("$set", change)));
  if (!before) return CannotRetry(InferenceStatus::kQueued);
  if (!imported) return {};
  IC_ASSIGN_OR_RETURN(const bool has_model, WantModel(connection, model));
  if (has_model) return {};
  IC_RETURN_IF_ERROR(CloseAgain(connection, round, *before));
  return ModelGone(ErrorCode::kConflict, model);
}

}  // namespace

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
  IC_RETURN_IF_ERROR(OpenAgain(*connection_, *found, round));
  if (lacks_tasks) return 0;
  IC_ASSIGN_OR_RETURN(const std::int64_t queued, QueueFailedTasks(*connection_, id, round));
  IC_RETURN_IF_ERROR(connection_->UpdateOne(collection::kInferences, Make("_id", id, "attempt", round),
                                            Make("$set", Make("dispatched", true))));
  return static_cast<int>(queued);
}

}  // namespace intelliclinix::store::mongo
