#include "dispatch/lease_keeper.h"

#include <algorithm>
#include <set>

#include "base/log.h"

namespace intelliclinix::dispatch {

RunningTask::RunningTask(const records::Task& task)
    : lease_{task.id, task.inference_id, task.worker, task.attempt}, tiles_total_(task.progress.tiles_total) {}

void RunningTask::SetProgress(int tiles_done, int tiles_total) {
  tiles_done_.store(tiles_done, std::memory_order_relaxed);
  tiles_total_.store(tiles_total, std::memory_order_relaxed);
  progressed_.store(true, std::memory_order_relaxed);
}

void RunningTask::ShareProgress(store::TaskStore& store, TimePoint expires_at) {
  if (progressed_.load(std::memory_order_relaxed)) Renew(store, expires_at);
}

void RunningTask::Renew(store::TaskStore& store, TimePoint expires_at) {
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  progressed_.store(false, std::memory_order_relaxed);
  records::Progress progress;
  progress.tiles_done = tiles_done_.load(std::memory_order_relaxed);
  progress.tiles_total = tiles_total_.load(std::memory_order_relaxed);
  const Result<store::LeaseState> renewed = store.RenewLease(lease_, progress, expires_at);
  if (!renewed) {
    // The work goes on: if nobody claims the task meanwhile, its result still counts.
    log::Warning("lease_not_renewed", {{"task_id", lease_.task_id.ToString()}, {"reason", renewed.error().message}});
  } else if (*renewed == store::LeaseState::kCancelled) {
    Cancel();
  } else if (*renewed == store::LeaseState::kLost) {
    log::Warning("lease_lost", {{"task_id", lease_.task_id.ToString()}, {"attempt", lease_.attempt}});
    stop_.request_stop();
  }
}

void RunningTask::Cancel() {
  cancelled_ = true;
  stop_.request_stop();
}

void RunningTask::End() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
}

std::shared_ptr<RunningTask> LeaseKeeper::Add(const records::Task& task) {
  auto running = std::make_shared<RunningTask>(task);
  const std::lock_guard lock(mutex_);
  tasks_.push_back(running);
  if (stopped_) running->RequestStop();
  return running;
}

void LeaseKeeper::Remove(const std::shared_ptr<RunningTask>& task) {
  const std::lock_guard lock(mutex_);
  std::erase(tasks_, task);
}

void LeaseKeeper::RenewAll() {
  for (const auto& task : Tasks()) task->Renew(store_, clock_.Now() + lease_);
}

void LeaseKeeper::ShareProgress() {
  for (const auto& task : Tasks()) ShareProgress(*task);
}

void LeaseKeeper::CancelInference(ObjectId inference) {
  for (const auto& task : Tasks()) {
    if (task->lease().inference_id == inference) task->Cancel();
  }
}

void LeaseKeeper::StopUnwanted(store::InferenceStore& store) {
  std::set<ObjectId> inferences;
  for (const auto& task : Tasks()) inferences.insert(task->lease().inference_id);
  if (inferences.empty()) return;
  const Result<std::vector<ObjectId>> unwanted = store.FindUnwanted({inferences.begin(), inferences.end()});
  if (!unwanted) return;  // the next renewal tells, or the next time
  for (const ObjectId inference : *unwanted) CancelInference(inference);
}

void LeaseKeeper::StopAll() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  for (const auto& task : Tasks()) task->RequestStop();
}

int LeaseKeeper::running() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(tasks_.size());
}

std::vector<std::shared_ptr<RunningTask>> LeaseKeeper::Tasks() const {
  const std::lock_guard lock(mutex_);
  return tasks_;
}

}  // namespace intelliclinix::dispatch
