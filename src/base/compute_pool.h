// The one pool of compute threads that all inferences share.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace intelliclinix {

/// Compute threads, as many as cores by default. Work comes as batches of equal items (the tiles of an image, the
/// rows of a plane). The batches of one seat, and those that their items make, are a job; a batch without a seat is one
/// of its own. The oldest job is served first, whenever it comes with a batch; every fourth item is one of the other
/// jobs, in turn, so that a small one beside a large one ends soon. A batch that has no items left to hand out makes
/// room for the next, so the threads stay busy across images and jobs. Other threads that compute, such as one that
/// decodes an image, take a seat: then no more threads compute at once than the pool has.
/// Threads: ParallelFor from any; from inside an item too (the item's thread then helps with its own batch).
class ComputePool {
 public:
  /// A place among the pool's threads for the thread that makes it, one of which rests meanwhile; what the thread runs
  /// on the pool is a job, as old as the seat. It waits for an item to end where all compute. While the thread waits in
  /// ParallelFor, its place is the items'. Inside an item, and where the thread has a seat already, it does nothing.
  class Seat {
   public:
    explicit Seat(ComputePool& pool);
    ~Seat();
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

   private:
    ComputePool* pool_;  // none where the thread had a place
  };

  /// For a thread that waits for others who may compute on a pool: its seat, if it has one, is free meanwhile. Or else
  /// those who wait could have all seats, and the others would never get to their end. Not for an item.
  class Standing {
   public:
    Standing();
    ~Standing();
    Standing(const Standing&) = delete;
    Standing& operator=(const Standing&) = delete;

   private:
    ComputePool* pool_;  // none where the thread has no seat
  };

  /// Locks `mutex`, standing while it waits.
  static std::unique_lock<std::mutex> LockUnseated(std::mutex& mutex);

  /// `threads` >= 1.
  explicit ComputePool(int threads);
  ~ComputePool();
  ComputePool(const ComputePool&) = delete;
  ComputePool& operator=(const ComputePool&) = delete;

  int threads() const { return static_cast<int>(threads_.size()); }

  /// Runs item(0) ... item(count - 1), each once, in any order, and returns when all have ended. Once `stop` is
  /// requested no further item begins, and those that run are all that is waited for; returns false if any was left
  /// out. The first exception that an item throws keeps further items from beginning and is rethrown here.
  bool ParallelFor(std::size_t count, const std::function<void(std::size_t)>& item, std::stop_token stop = {});

 private:
  struct Batch;
  void Work();
  void Enter(Batch& batch);
  Batch& Choose();
  bool RunOne(Batch& batch, std::unique_lock<std::mutex>& lock);
  void CutShort(Batch& batch);
  bool HasRoom() const { return busy_ < threads(); }
  void TakeSeat(std::unique_lock<std::mutex>& lock);
  void LeaveSeat();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable seat_free_;
  int busy_ = 0;               // threads of the pool that run items, and others in their seats
  int queued_ = 0;             // that wait for a seat; they go before further items
  std::uint64_t jobs_ = 0;     // that there have been
  std::uint64_t chosen_ = 0;   // items that threads of the pool have chosen
  std::list<Batch*> batches_;  // those with items left to hand out, oldest job first
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

/// item(0) ... item(count - 1) on the threads of `pool`; without one, on the caller's, one after the other.
inline void ForEachOn(ComputePool* pool, std::size_t count, const std::function<void(std::size_t)>& item) {
  if (pool != nullptr) {
    pool->ParallelFor(count, item);
  } else {
    for (std::size_t i = 0; i < count; ++i) item(i);
  }
}

/// Cores this process may use: the smaller of its CPU affinity and its cgroups' CPU quotas (rounded up), at least 1.
int AvailableCores();

/// As many of `cores` as the quotas allow, rounded up, at least 1. Each quota is a line of a cgroup's cpu.max:
/// microseconds of CPU time, or "max", and the period that they are for.
int CoresWithin(int cores, const std::vector<std::string>& quotas);

}  // namespace intelliclinix
