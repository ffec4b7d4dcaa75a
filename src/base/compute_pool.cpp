#include "base/compute_pool.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <utility>

#include <sched.h>

#include "base/cgroup.h"

namespace intelliclinix {
namespace {

constexpr std::uint64_t kOthers = 4;  // one item of so many is of another job than the oldest

thread_local const ComputePool* current_pool = nullptr;  // of a thread of a pool
thread_local ComputePool* seated_in = nullptr;           // of another thread
thread_local std::uint64_t current_job = 0;              // of the seat or the item; 0 for none

}  // namespace

struct ComputePool::Batch {
  std::size_t count;
  const std::function<void(std::size_t)>& item;
  std::stop_token stop;
  std::uint64_t job = 0;
  std::uint64_t served = 0;  // the item, of all, that was the last of its own, or before which it came
  std::size_t next = 0;      // the next item to hand out
  std::size_t running = 0;   // handed out and not ended
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

/// Puts the batch in its place among those with items to hand out.
void ComputePool::Enter(Batch& batch) {
  batch.job = current_job != 0 ? current_job : ++jobs_;
  batch.served = chosen_;
  const auto younger = std::ranges::find_if(batches_, [&](const Batch* other) { return other->job > batch.job; });
  batches_.insert(younger, &batch);
  wake_.notify_all();
}

/// The batch whose item is to run next. There is one.
ComputePool::Batch& ComputePool::Choose() {
  Batch* chosen = batches_.front();
  if (++chosen_ % kOthers == 0) {
    const auto other = std::ranges::find_if(batches_, [&](const Batch* batch) { return batch->job != chosen->job; });
    const auto waits_longest = std::ranges::min_element(other, batches_.end(), {}, &Batch::served);
    if (waits_longest != batches_.end()) chosen = *waits_longest;
  }
  chosen->served = chosen_;
  return *chosen;
}

/// No further item of the batch begins.
void ComputePool::CutShort(Batch& batch) {
  if (batch.next >= batch.count) return;
  batch.cut_short = true;
  batch.next = batch.count;
  batches_.remove(&batch);
  if (batch.running == 0) batch.done.notify_all();
}

/// Runs the batch's next item, unlocked. False when it has none to hand out.
bool ComputePool::RunOne(Batch& batch, std::unique_lock<std::mutex>& lock) {
  if (batch.stop.stop_requested()) CutShort(batch);
  if (batch.next >= batch.count) return false;
  const std::size_t index = batch.next++;
  if (batch.next == batch.count) batches_.remove(&batch);
  ++batch.running;
  const std::uint64_t outer_job = std::exchange(current_job, batch.job);
  lock.unlock();
  std::exception_ptr failure;
  try {
    batch.item(index);
  } catch (...) {
    failure = std::current_exception();
  }
  current_job = outer_job;
  lock.lock();
  --batch.running;
  if (failure) {
    if (!batch.failure) batch.failure = failure;
    CutShort(batch);
  }
  if (batch.next >= batch.count && batch.running == 0) batch.done.notify_all();
  return true;
}

void ComputePool::Work() {
  current_pool = this;
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || (!batches_.empty() && HasRoom() && queued_ == 0); });
    if (batches_.empty()) return;
    ++busy_;
    RunOne(Choose(), lock);
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
  current_job = ++pool_->jobs_;
  pool_->TakeSeat(lock);
  seated_in = pool_;
}

ComputePool::Seat::~Seat() {
  if (pool_ == nullptr) return;
  const std::lock_guard lock(pool_->mutex_);
  pool_->LeaveSeat();
  seated_in = nullptr;
  current_job = 0;
}

ComputePool::Standing::Standing() : pool_(seated_in) {
  if (pool_ == nullptr) return;
  const std::lock_guard lock(pool_->mutex_);
  pool_->LeaveSeat();
}

ComputePool::Standing::~Standing() {
  if (pool_ == nullptr) return;
  std::unique_lock lock(pool_->mutex_);
  pool_->TakeSeat(lock);
}

std::unique_lock<std::mutex> ComputePool::LockUnseated(std::mutex& mutex) {
  std::unique_lock wanted(mutex, std::try_to_lock);
  if (wanted.owns_lock()) return wanted;
  const Standing standing;
  wanted.lock();
  return wanted;
}

bool ComputePool::ParallelFor(std::size_t count, const std::function<void(std::size_t)>& item, std::stop_token stop) {
  if (count == 0) return true;
  Batch batch{.count = count, .item = item, .stop = std::move(stop)};
  // Not only the thread whose turn it is looks at `stop`: a batch may wait long for its turn.
  const std::stop_callback cut(batch.stop, [&] {
    const std::lock_guard lock(mutex_);
    CutShort(batch);
  });
  std::unique_lock lock(mutex_);
  if (batch.next < batch.count) Enter(batch);
  if (current_pool == this) {
    while (RunOne(batch, lock)) {
    }
  }
  const bool seated = seated_in == this;
  if (seated) LeaveSeat();
  batch.done.wait(lock, [&batch] { return batch.next >= batch.count && batch.running == 0; });
  if (seated) TakeSeat(lock);
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
