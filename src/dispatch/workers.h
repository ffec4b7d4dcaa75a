// The threads that run tasks.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "dispatch/environment.h"
#include "dispatch/task_executor.h"

namespace intelliclinix::dispatch {

/// Claims tasks and runs them, one at a time on each thread.
/// Threads: Nudge from any; Start, StopClaims, WaitForEnd and Join from one at a time.
class Workers {
 public:
  Workers(const Environment& environment, TaskExecutor& executor) : environment_(environment), executor_(executor) {}

  void Start();

  /// There may be something to claim.
  void Nudge();

  /// No thread claims from now on; each ends with the task it has.
  void StopClaims();
  /// Returns when all threads have ended or after `longest`.
  void WaitForEnd(std::chrono::milliseconds longest);
  void Join();

 private:
  void Work();
  /// Claims and runs one task. True when there was one; errors are faults of the store.
  Result<bool> ClaimAndExecute();
  Result<std::optional<records::Task>> Claim();
  void WaitForNudge(std::uint64_t seen);

  const Environment& environment_;
  TaskExecutor& executor_;
  std::stop_source claims_stop_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t nudges_ = 0;
  std::uint64_t claims_ = 0;
  std::optional<ObjectId> last_owner_;  // whose task was claimed last: the next is another's
  int at_work_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace intelliclinix::dispatch
