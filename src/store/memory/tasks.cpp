#include <algorithm>
#include <tuple>

#include "store/memory/memory_store.h"
#include "store/rules.h"

namespace intelliclinix::store::memory {
namespace {

using records::InferenceStatus;
using records::Task;
using records::TaskState;

/// Whether the task is open and no worker has it.
bool IsUnheld(const Task& task, TimePoint now) {
  return task.state == TaskState::kQueued || (task.state == TaskState::kRunning && task.lease_expires_at <= now);
}

}  // namespace

void MemoryStore::End(Task& task, const records::ImageResult& result) {
  task.state = result.completed ? TaskState::kCompleted : TaskState::kFailed;
  task.result = result;
  task.progress.tiles_done = task.progress.tiles_total;
}

Status MemoryStore::InsertTasks(ObjectId inference, const std::vector<Task>& tasks) {
  const std::scoped_lock lock(mutex_);
  const auto found = inferences_.find(inference);
  if (found == inferences_.end()) return NotFound("inference");
  if (records::IsFinal(found->second.status)) return {};
  for (const Task& task : tasks) {
    Task& kept = tasks_.try_emplace({inference, task.position}, task).first->second;
    kept.inference_id = inference;
  }
  found->second.dispatched = true;
  return {};
}

std::vector<Task*> MemoryStore::Claimable(TimePoint now) {
  std::vector<Task*> tasks;
  for (auto& [key, task] : tasks_) {
    const records::Inference& inference = inferences_.at(key.first);
    const bool may_run = inference.dispatched && !inference.cancel_requested && !records::IsFinal(inference.status);
    if (may_run && IsUnheld(task, now)) tasks.push_back(&task);
  }
  return tasks;
}

Result<std::optional<Task>> MemoryStore::ClaimTask(const ClaimRequest& request) {
  const std::scoped_lock lock(mutex_);
  std::vector<Task*> tasks = Claimable(request.now);
  const auto turn = [&request](const Task* task) {
    const bool after_wrap = request.after_owner && task->owner_id <= *request.after_owner;
    return std::tuple(after_wrap, task->owner_id, task->inference_id, task->position);
  };
  std::ranges::sort(tasks, {}, turn);
  for (Task* task : tasks) {
    if (task->attempt >= request.max_attempts) {
      End(*task, ExhaustedResult(*task));
      continue;
    }
    task->state = TaskState::kRunning;
    ++task->attempt;
    task->worker = request.worker;
    task->lease_expires_at = request.now + request.lease;
    task->progress.tiles_done = 0;
    records::Inference& inference = inferences_.at(task->inference_id);
    inference.status = InferenceStatus::kRunning;
    if (!inference.started_at) inference.started_at = request.now;
    return *task;
  }
  return std::nullopt;
}

Result<LeaseState> MemoryStore::RenewLease(const records::TaskLease& lease, const records::Progress& progress,
                                           TimePoint expires_at) {
  const std::scoped_lock lock(mutex_);
  Task* task = FindLeased(lease);
  if (task == nullptr) return LeaseState::kLost;
  task->progress = progress;
  task->lease_expires_at = expires_at;
  return inferences_.at(lease.inference_id).cancel_requested ? LeaseState::kCancelled : LeaseState::kHeld;
}

Result<bool> MemoryStore::CommitTask(const records::TaskLease& lease, const records::ImageResult& result) {
  const std::scoped_lock lock(mutex_);
  Task* task = FindLeased(lease);
  if (task == nullptr) return false;
  End(*task, result);
  return true;
}

Result<bool> MemoryStore::ReleaseTask(const records::TaskLease& lease) {
  const std::scoped_lock lock(mutex_);
  Task* task = FindLeased(lease);
  if (task == nullptr) return false;
  if (inferences_.at(lease.inference_id).cancel_requested) {
    End(*task, CancelledResult(*task));
    return true;
  }
  task->state = TaskState::kQueued;
  --task->attempt;
  task->progress.tiles_done = 0;
  return true;
}

Result<bool> MemoryStore::FinishInference(ObjectId id, const Json& provenance, TimePoint at) {
  const std::scoped_lock lock(mutex_);
  const auto found = inferences_.find(id);
  if (found == inferences_.end() || !CanFinish(found->second, at)) return false;
  records::Inference& inference = found->second;
  if (inference.cancel_requested) EndUnheldTasks(id, at);
  const std::vector<Task*> tasks = TasksOf(id);
  const bool all_failed =
      !tasks.empty() && std::ranges::all_of(tasks, [](const Task* task) { return task->state == TaskState::kFailed; });
  if (inference.cancel_requested) {
    inference.error = CancelledError();
  } else if (all_failed) {
    inference.error = AllFailedError(static_cast<int>(tasks.size()), *tasks.front()->result);
  }
  inference.status = inference.error ? InferenceStatus::kFailed : InferenceStatus::kCompleted;
  if (inference.error) inference.notes = inference.error->detail;
  inference.provenance = provenance;
  Json& timings = inference.provenance["timings_ms"] = Json::object();
  for (const Task* task : tasks) AddTimings(timings, task->result->timings_ms);
  inference.finished_at = at;
  return true;
}

Result<std::vector<ObjectId>> MemoryStore::ListUnfinished(TimePoint now, int limit) {
  const std::scoped_lock lock(mutex_);
  std::vector<ObjectId> ids;
  for (const auto& [id, inference] : inferences_) {
    if (static_cast<int>(ids.size()) >= limit) break;
    if (CanFinish(inference, now)) ids.push_back(id);
  }
  return ids;
}

bool MemoryStore::CanFinish(const records::Inference& inference, TimePoint now) {
  if (!inference.dispatched || records::IsFinal(inference.status)) return false;
  return std::ranges::all_of(TasksOf(inference.id), [&](const Task* task) {
    return task->result.has_value() || (inference.cancel_requested && IsUnheld(*task, now));
  });
}

void MemoryStore::EndUnheldTasks(ObjectId inference, TimePoint now) {
  for (Task* task : TasksOf(inference)) {
    if (IsUnheld(*task, now)) End(*task, CancelledResult(*task));
  }
}

Result<int> MemoryStore::CountOpenTasks() {
  const std::scoped_lock lock(mutex_);
  return static_cast<int>(std::ranges::count_if(tasks_, [](const auto& entry) { return !entry.second.result; }));
}

Task* MemoryStore::FindLeased(const records::TaskLease& lease) {
  for (Task* task : TasksOf(lease.inference_id)) {
    if (task->id != lease.task_id) continue;
    const bool held =
        task->state == TaskState::kRunning && task->worker == lease.worker && task->attempt == lease.attempt;
    return held ? task : nullptr;
  }
  return nullptr;
}

std::vector<Task*> MemoryStore::TasksOf(ObjectId inference) {
  std::vector<Task*> tasks;
  for (auto it = tasks_.lower_bound({inference, 0}); it != tasks_.end() && it->first.first == inference; ++it) {
    tasks.push_back(&it->second);
  }
  return tasks;
}

bool MemoryStore::AllEnded(ObjectId inference) {
  return std::ranges::all_of(TasksOf(inference), [](const Task* task) { return task->result.has_value(); });
}

}  // namespace intelliclinix::store::memory
