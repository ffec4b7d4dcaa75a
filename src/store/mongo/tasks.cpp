#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store/mongo/jobs.h"
#include "store/mongo/mongo_store.h"
#include "store/rules.h"

namespace intelliclinix::store::mongo {
namespace {

using records::Task;

/// The fence: what is written with it takes effect only while the lease is held.
Document Leased(const records::TaskLease& lease) {
  return Make("_id", lease.task_id, "inference_id", lease.inference_id, "worker", lease.worker, "attempt",
              lease.attempt, "state", "running");
}

}  // namespace

/// The tasks come first, prepared: no worker takes one before all are there. Then they are queued, and last the
/// inference is marked. After a cut the sweeper finds the inference undispatched and this is done again.
Status MongoStore::InsertTasks(ObjectId inference, const std::vector<Task>& tasks) {
  IC_ASSIGN_OR_RETURN(const auto found, connection_->FindOne(collection::kInferences, Make("_id", inference),
                                                             {.projection = WithoutResults()}));
  if (!found) return NotFound("inference");
  const InferenceState state = StateFrom(*found);
  if (records::IsFinal(state.status)) return {};
  std::vector<Document> documents;
  documents.reserve(tasks.size());
  for (const Task& task : tasks) documents.push_back(ToDocument(task, inference, state.attempt));
  IC_RETURN_IF_ERROR(connection_->InsertMissing(collection::kTasks, documents));
  if (state.attempt > 1 && !found->view().Bool("dispatched")) {
    IC_RETURN_IF_ERROR(QueueFailedTasks(*connection_, inference, state.attempt));
  }
  IC_RETURN_IF_ERROR(connection_->UpdateMany(collection::kTasks, Make("inference_id", inference, "state", kPrepared),
                                             Make("$set", Make("state", "queued"))));
  Document same_try = Make("_id", inference, "status", OpenStatus());
  same_try.SetSame("attempt", *found);
  IC_RETURN_IF_ERROR(
      connection_->UpdateOne(collection::kInferences, std::move(same_try), Make("$set", Make("dispatched", true))));
  return {};
}

Result<LeaseState> MongoStore::RenewLease(const records::TaskLease& lease, const records::Progress& progress,
                                          TimePoint expires_at) {
  IC_ASSIGN_OR_RETURN(
      const UpdateCounts counts,
      connection_->UpdateOne(collection::kTasks, Leased(lease),
                             Make("$set", Make("lease_expires_at", expires_at, "progress.tiles_done",
                                               progress.tiles_done, "progress.tiles_total", progress.tiles_total))));
  if (counts.matched == 0) return LeaseState::kLost;
  IC_ASSIGN_OR_RETURN(const auto inference,
                      connection_->FindOne(collection::kInferences, Make("_id", lease.inference_id),
                                           {.projection = Make("cancel_requested", 1)}));
  if (!inference) return LeaseState::kLost;
  return inference->view().Bool("cancel_requested") ? LeaseState::kCancelled : LeaseState::kHeld;
}

Result<bool> MongoStore::CommitTask(const records::TaskLease& lease, const records::ImageResult& result) {
  IC_ASSIGN_OR_RETURN(const auto task,
                      connection_->FindOne(collection::kTasks, Leased(lease), {.projection = Make("progress", 1)}));
  if (!task) return false;
  Document end = EndOfTask(result);
  end.Set("progress.tiles_done", task->view().Int("progress.tiles_total"));
  IC_ASSIGN_OR_RETURN(const UpdateCounts counts,
                      connection_->UpdateOne(collection::kTasks, Leased(lease), Make("$set", end)));
  return counts.matched == 1;
}

/// Of a cancelled inference the task is queued for a moment; nobody claims it for long: it ends next, here or by
/// whoever finishes the inference.
Result<bool> MongoStore::ReleaseTask(const records::TaskLease& lease) {
  IC_ASSIGN_OR_RETURN(
      const UpdateCounts counts,
      connection_->UpdateOne(collection::kTasks, Leased(lease),
                             Make("$set", Make("state", "queued", "attempt", lease.attempt - 1, "lease_expires_at",
                                               TimePoint(), "progress.tiles_done", 0))));
  if (counts.matched == 0) return false;
  IC_ASSIGN_OR_RETURN(
      const bool cancelled,
      connection_->Exists(collection::kInferences, Make("_id", lease.inference_id, "cancel_requested", true)));
  if (cancelled) IC_RETURN_IF_ERROR(EndUnheldTasks(*connection_, lease.inference_id, TimePoint()));
  return true;
}

Result<int> MongoStore::CountOpenTasks() {
  IC_ASSIGN_OR_RETURN(const std::int64_t count, connection_->Count(collection::kTasks, Make("state", OpenStatus())));
  return static_cast<int>(count);
}

}  // namespace intelliclinix::store::mongo
