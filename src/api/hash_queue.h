// Who waits for a password hash, without a thread for each.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>

#include "base/result.h"
#include "base/thread_pool.h"

namespace intelliclinix::api {

struct HashQueueOptions {
  int parallel = 2;                            ///< hashes at a time: bounds their memory and processor time
  int waiting = 500;                           ///< one more is refused at once; about 25 s of work
  std::chrono::milliseconds patience{30'000};  ///< whose turn comes later is refused: few clients wait so long
};

/// Runs jobs that hash passwords on threads of its own, in the order in which they come, so that many logins at once
/// take no thread from other requests.
/// Threads: any.
class HashQueue {
 public:
  /// `turn` says whether to go on. Errors in it: kUnavailable. It must not throw.
  using Job = std::move_only_function<void(const Status& turn)>;

  explicit HashQueue(HashQueueOptions options = {});
  /// Refuses those who wait.
  ~HashQueue();
  HashQueue(const HashQueue&) = delete;
  HashQueue& operator=(const HashQueue&) = delete;

  /// Calls `job` once: on a thread of the queue, or here and now when too many wait.
  void Post(Job job);

 private:
  const HashQueueOptions options_;
  std::atomic<int> places_;  // left, for those who hash and those who wait
  std::atomic<bool> stopping_ = false;
  ThreadPool threads_;
};

}  // namespace intelliclinix::api
