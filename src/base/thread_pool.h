// Threads for work that blocks: store calls, password hashing.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace intelliclinix {

/// A fixed number of threads that run posted tasks in order. The queue is unbounded: whoever posts bounds what it has
/// in flight. The destructor runs what was posted, then joins.
/// Threads: Post from any.
class ThreadPool {
 public:
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Runs `task` on one of the threads. It must not throw.
  void Post(std::move_only_function<void()> task);

 private:
  void Work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::move_only_function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace intelliclinix
