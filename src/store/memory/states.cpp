// How inferences stand, and what turns them round: cancelling and trying again.
#include <algorithm>
#include <iterator>

#include "records/json_codec.h"
#include "store/memory/memory_store.h"
#include "store/rules.h"

namespace intelliclinix::store::memory {

using records::InferenceStatus;
using records::Task;
using records::TaskState;

records::Progress MemoryStore::ProgressOf(ObjectId inference) {
  records::Progress progress;
  for (const Task* task : TasksOf(inference)) {
    ++progress.images_total;
    progress.images_done += task->result.has_value();
    progress.tiles_done += task->progress.tiles_done;
    progress.tiles_total += task->progress.tiles_total;
  }
  return progress;
}

Result<ResultsPage> MemoryStore::ListResults(ObjectId owner, ObjectId id, const ResultsRequest& request) {
  const std::scoped_lock lock(mutex_);
  IC_ASSIGN_OR_RETURN(const records::Inference* inference, Find(owner, id));
  ResultsPageBuilder builder(request);
  if (!records::IsFinal(inference->status)) return std::move(builder).Finish();
  for (const Task* task : TasksOf(id)) {
    if (task->position < request.first || !task->result) continue;
    if (!builder.Wants(task->position, DumpJson(records::ToJson(*task->result)).size())) break;
    builder.Add(*task->result);
  }
  return std::move(builder).Finish();
}

Result<std::vector<InferenceState>> MemoryStore::LoadStates(const std::vector<ObjectId>& ids) {
  const std::scoped_lock lock(mutex_);
  std::vector<InferenceState> states;
  for (const ObjectId id : ids) {
    const auto found = inferences_.find(id);
    if (found == inferences_.end()) continue;
    const records::Inference& inference = found->second;
    states.push_back({.id = id,
                      .status = inference.status,
                      .cancel_requested = inference.cancel_requested,
                      .attempt = inference.attempt,
                      .started_at = inference.started_at,
                      .finished_at = inference.finished_at,
                      .error = inference.error,
                      .progress = ProgressOf(id)});
  }
  return states;
}

Result<std::vector<ObjectId>> MemoryStore::FindUnwanted(const std::vector<ObjectId>& ids) {
  const std::scoped_lock lock(mutex_);
  std::vector<ObjectId> unwanted;
  std::ranges::copy_if(ids, std::back_inserter(unwanted), [this](ObjectId id) {
    const auto found = inferences_.find(id);
    return found == inferences_.end() || records::IsFinal(found->second.status) || found->second.cancel_requested;
  });
  return unwanted;
}

Result<int> MemoryStore::CountOpenInferences(ObjectId owner) {
  const std::scoped_lock lock(mutex_);
  return static_cast<int>(std::ranges::count_if(inferences_, [owner](const auto& entry) {
    return entry.second.owner_id == owner && !records::IsFinal(entry.second.status);
  }));
}

Result<std::optional<int>> MemoryStore::QueuePosition(ObjectId id) {
  const std::scoped_lock lock(mutex_);
  const auto found = inferences_.find(id);
  if (found == inferences_.end()) return NotFound("inference");
  if (found->second.status != InferenceStatus::kQueued) return std::nullopt;
  return 1 + static_cast<int>(std::count_if(inferences_.begin(), found,
                                            [](const auto& entry) { return !records::IsFinal(entry.second.status); }));
}

Result<InferenceStatus> MemoryStore::CancelInference(ObjectId owner, ObjectId id, TimePoint at) {
  const std::scoped_lock lock(mutex_);
  IC_ASSIGN_OR_RETURN(records::Inference * inference, Find(owner, id));
  if (records::IsFinal(inference->status)) {
    if (IsCancelled(inference->error)) return inference->status;
    return CannotCancel(inference->status);
  }
  EndUnheldTasks(id, at);
  if (!AllEnded(id)) {
    inference->cancel_requested = true;
    return inference->status;
  }
  inference->status = InferenceStatus::kFailed;
  inference->error = CancelledError();
  inference->notes = inference->error->detail;
  inference->finished_at = at;
  return inference->status;
}

Result<int> MemoryStore::RetryFailedImages(ObjectId owner, ObjectId id) {
  const std::scoped_lock lock(mutex_);
  IC_ASSIGN_OR_RETURN(records::Inference * inference, Find(owner, id));
  const std::vector<Task*> tasks = TasksOf(id);
  std::vector<Task*> failed;
  std::ranges::copy_if(tasks, std::back_inserter(failed),
                       [](const Task* task) { return task->state == TaskState::kFailed; });
  const bool never_begun = inference->status == InferenceStatus::kFailed && tasks.empty();
  if (!records::IsFinal(inference->status) || (failed.empty() && !never_begun)) return CannotRetry(inference->status);
  if (LacksModel(*inference)) return ModelGone(ErrorCode::kConflict, inference->model_id);
  for (Task* task : failed) {
    task->state = TaskState::kQueued;
    task->attempt = 0;
    task->progress.tiles_done = 0;
    task->result.reset();
  }
  inference->status = InferenceStatus::kQueued;
  ++inference->attempt;
  inference->cancel_requested = false;
  inference->started_at.reset();
  inference->finished_at.reset();
  inference->error.reset();
  inference->notes.clear();
  return static_cast<int>(failed.size());
}

}  // namespace intelliclinix::store::memory
