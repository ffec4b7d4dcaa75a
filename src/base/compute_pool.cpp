#include "base/compute_pool.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>

#include <sched.h>

#include "base/cgroup.h"

namespace intelliclinix {
namespace {

thread_local const ComputePool* current_pool = nullptr;  // of a thread of a pool
thread_local ComputePool* seated_in = nullptr;           // of another thread

}  // namespace

struct ComputePool::Batch {
  std::size_t count;
  const std::function<void(std::size_t)>& item;
  std::stop_token stop;
  std::size_t next = 0;     // the next item to hand out
  std::size_t running = 0;  // handed out and not ended
  bool cut_short = false;
  std::exception_ptr failure{};
  std::condition_variable done{};
};

ComputePool::ComputePool(int threads) {
  const std::lock_guard lock(mutex_);  // until all are there, as a thread asks how many there are
  for (int i = 0; i < std::max(1, threads); ++i) threads_.emplace_back([this] { Work(); });
}

ComputePool::~ComputePool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

/// Runs the batch's next item, unlocked. False when it has none to hand out.
bool ComputePool::RunOne(Batch& batch, std::unique_lock<std::mutex>& lock) {
  if (batch.next < batch.count && (batch.failure || batch.stop.stop_requested())) {
    batch.cut_short = true;
    batch.next = batch.count;
  }
  if (batch.next >= batch.count) {
    batches_.remove(&batch);
    if (batch.running == 0) batch.done.notify_all();
    return false;
  }
  const std::size_t index = batch.next++;
  ++batch.running;
  lock.unlock();
  std::exception_ptr failure;
  try {
    batch.item(index);
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  --batch.running;
  if (failure && !batch.failure) batch.failure = failure;
  if (batch.next >= batch.count && batch.running == 0) {
    batches_.remove(&batch);
    batch.done.notify_all();
  }
  return true;
}

void ComputePool::Work() {
  current_pool = this;
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || (!batches_.empty() && HasRoom() && queued_ == 0); });
    if (batches_.empty()) return;
    ++busy_;
    RunOne(*batches_.front(), lock);
    --busy_;
    if (queued_ > 0) seat_free_.notify_one();
  }
}

void ComputePool::TakeSeat(std::unique_lock<std::mutex>& lock) {
  ++queued_;
  seat_free_.wait(lock, [this] { return HasRoom(); });
  --queued_;
  ++busy_;
  if (HasRoom()) queued_ > 0 ? seat_free_.notify_one() : wake_.notify_all();
}

void ComputePool::LeaveSeat() {
  --busy_;
  queued_ > 0 ? seat_free_.notify_one() : wake_.notify_all();
}

ComputePool::Seat::Seat(ComputePool& pool) : pool_(current_pool == &pool || seated_in != nullptr ? nullptr : &pool) {
  if (pool_ == nullptr) return;
  std::unique_lock lock(pool_->mutex_);
  pool_->TakeSeat(lock);
  seated_in = pool_;
}

ComputePool::Seat::~Seat() {
  if (pool_ == nullptr) return;
  const std::lock_guard lock(pool_->mutex_);
  pool_->LeaveSeat();
  seated_in = nullptr;
}

std::unique_lock<std::mutex> ComputePool::LockUnseated(std::mutex& mutex) {
  ComputePool* const pool = seated_in;
  if (pool == nullptr) return std::unique_lock(mutex);
  std::unique_lock wanted(mutex, std::try_to_lock);
  if (wanted.owns_lock()) return wanted;
  {
    const std::lock_guard lock(pool->mutex_);
    pool->LeaveSeat();
  }
  wanted.lock();
  std::unique_lock lock(pool->mutex_);
  pool->TakeSeat(lock);
  return wanted;
}

bool ComputePool::ParallelFor(std::size_t count, const std::function<void(std::size_t)>& item, std::stop_token stop) {
  if (count == 0) return true;
  Batch batch{.count = count, .item = item, .stop = std::move(stop)};
  std::unique_lock lock(mutex_);
  batches_.push_back(&batch);
  wake_.notify_all();
  if (current_pool == this) {
    while (RunOne(batch, lock)) {
    }
  }
  const bool seated = seated_in == this;
  if (seated) LeaveSeat();
  batch.done.wait(lock, [&batch] { return batch.next >= batch.count && batch.running == 0; });
  if (seated) TakeSeat(lock);
  batches_.remove(&batch);
  if (batch.failure) std::rethrow_exception(batch.failure);
  return !batch.cut_short;
}

int CoresWithin(int cores, const std::vector<std::string>& quotas) {
  for (const std::string& line : quotas) {
    std::istringstream fields(line);
    double quota = 0;  // stays 0 for "max"
    double period = 0;
    if (fields >> quota >> period && quota > 0 && period > 0) {
      cores = static_cast<int>(std::min<double>(cores, std::ceil(quota / period)));
    }
  }
  return std::max(1, cores);
}

int AvailableCores() {
  cpu_set_t set;
  int cores = static_cast<int>(std::thread::hardware_concurrency());
  if (sched_getaffinity(0, sizeof set, &set) == 0) cores = CPU_COUNT(&set);
  return CoresWithin(cores, ReadCgroupFiles("cpu.max"));
}

}  // namespace intelliclinix
