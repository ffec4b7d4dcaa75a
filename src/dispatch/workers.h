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

#include "dispatch/backoff.h"
#include "dispatch/environment.h"
#include "dispatch/task_executor.h"

namespace intelliclinix::dispatch {

/// Claims tasks and runs them, one at a time on each thread. The threads claim in turn: what one of them learns, that
/// there is nothing to do or that the store does not answer, the others need not ask, so that an idle process asks once
/// each poll however many threads it has.
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
  using SteadyClock = std::chrono::steady_clock;
  using Claimed = Result<std::optional<records::Task>>;

  void Work();
  /// Returns when it is this thread's turn to claim; EndTurn must follow. False when there are no further claims.
  bool WaitForTurn();
  Claimed Claim();
  void EndTurn(const Claimed& claimed);
  Status Execute(const records::Task& task);

  const Environment& environment_;
  TaskExecutor& executor_;
  std::stop_source claims_stop_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool claiming_ = false;                 // it is somebody's turn
  bool nudged_ = false;                   // since that turn began
  SteadyClock::time_point next_claim_{};  // no turn begins before
  Backoff store_backoff_;                 // of claims that the store did not answer
  std::uint64_t claims_ = 0;
  std::optional<ObjectId> last_owner_;  // whose task was claimed last: the next is another's
  int at_work_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace intelliclinix::dispatch
