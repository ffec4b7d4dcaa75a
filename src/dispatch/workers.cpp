#include "dispatch/workers.h"

#include <exception>
#include <optional>
#include <string>

#include "base/log.h"

namespace intelliclinix::dispatch {

void Workers::Start() {
  at_work_ = environment_.options.workers;
  for (int i = 0; i < environment_.options.workers; ++i) threads_.emplace_back([this] { Work(); });
}

void Workers::Nudge() {
  {
    const std::lock_guard lock(mutex_);
    nudged_ = true;
    next_claim_ = {};
  }
  changed_.notify_all();
}

void Workers::StopClaims() { claims_stop_.request_stop(); }

void Workers::WaitForEnd(std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, longest, [this] { return at_work_ == 0; });
}

void Workers::Join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Workers::Work() {
  Backoff backoff;
  while (WaitForTurn()) {
    const Claimed claimed = Claim();
    EndTurn(claimed);
    if (!claimed || !*claimed) continue;
    const Status executed = Execute(**claimed);
    if (executed) {
      backoff.Reset();
    } else {
      log::Warning("worker_backs_off", {{"reason", executed.error().message}});
      static_cast<void>(Pause(claims_stop_.get_token(), backoff.Next()));
    }
  }
  const std::lock_guard lock(mutex_);
  --at_work_;
  changed_.notify_all();
}

bool Workers::WaitForTurn() {
  const std::stop_token stop = claims_stop_.get_token();
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (claiming_) {
      changed_.wait(lock, stop, [this] { return !claiming_; });
    } else if (SteadyClock::now() < next_claim_) {
      const SteadyClock::time_point until = next_claim_;  // read without the lock
      changed_.wait_until(lock, stop, until, [this] { return claiming_ || SteadyClock::now() >= next_claim_; });
    } else {
      claiming_ = true;
      nudged_ = false;
      return true;
    }
  }
  return false;
}

Workers::Claimed Workers::Claim() {
  try {
    // Whoever waits for memory has a task; what else there is, other processes may have room for.
    if (environment_.memory.IsScarce()) return std::nullopt;
    const DispatcherOptions& options = environment_.options;
    store::TaskStore::ClaimRequest request;
    request.now = environment_.parts.clock.Now();
    request.lease = options.lease;
    request.max_attempts = kMaxAttempts;
    {
      const std::lock_guard lock(mutex_);
      // No two claims have the same name, so that a thread which was held up for long can never write with the lease of
      // another.
      request.worker = options.worker_name + "/" + std::to_string(++claims_);
      request.after_owner = last_owner_;
    }
    return environment_.parts.store.ClaimTask(request);
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInternal, error.what());
  }
}

void Workers::EndTurn(const Claimed& claimed) {
  if (!claimed) log::Warning("worker_backs_off", {{"reason", claimed.error().message}});
  {
    const std::lock_guard lock(mutex_);
    claiming_ = false;
    if (!claimed) {
      next_claim_ = SteadyClock::now() + store_backoff_.Next();
    } else {
      store_backoff_.Reset();
      // Nobody has a turn any longer where nothing waits, so that looking for what comes takes one question.
      last_owner_ = *claimed ? std::optional((*claimed)->owner_id) : std::nullopt;
      if (!*claimed && !nudged_) next_claim_ = SteadyClock::now() + environment_.options.idle_poll;
    }
  }
  changed_.notify_all();
}

/// A task that was claimed, and whose run throws, goes on when its lease has run out.
Status Workers::Execute(const records::Task& task) {
  try {
    return executor_.Execute(task);
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInternal, error.what());
  }
}

}  // namespace intelliclinix::dispatch
