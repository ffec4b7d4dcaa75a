// The one pool of compute threads that all inferences share.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace intelliclinix {

/// Compute threads, as many as cores by default. Work comes as batches of equal items (the tiles of an image, the
/// rows of a plane); batches are served oldest first, and a batch that has no items left to hand out makes room for
/// the next, so the threads stay busy across images and jobs.
/// Threads: ParallelFor from any; from inside an item too (the item's thread then helps with its own batch).
class ComputePool {
 public:
  /// `threads` >= 1.
  explicit ComputePool(int threads);
  ~ComputePool();
  ComputePool(const ComputePool&) = delete;
  ComputePool& operator=(const ComputePool&) = delete;

  int threads() const { return static_cast<int>(threads_.size()); }

  /// Runs item(0) ... item(count - 1), each once, in any order, and returns when all have ended. Once `stop` is
  /// requested no further item begins; returns false if any was left out. The first exception that an item throws
  /// keeps further items from beginning and is rethrown here.
  bool ParallelFor(std::size_t count, const std::function<void(std::size_t)>& item, std::stop_token stop = {});

 private:
  struct Batch;
  void Work();
  bool RunOne(Batch& batch, std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::list<Batch*> batches_;  // those with items left to hand out, oldest first
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

/// Cores this process may use: the smaller of its CPU affinity and its cgroup's CPU quota (rounded up), at least 1.
int AvailableCores();

}  // namespace intelliclinix
