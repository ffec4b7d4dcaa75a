#include "dispatch/workers.h"

#include <exception>
#include <optional>
#include <string>

#include "base/log.h"
#include "dispatch/backoff.h"

namespace intelliclinix::dispatch {

void Workers::Start() {
  at_work_ = environment_.options.workers;
  for (int i = 0; i < environment_.options.workers; ++i) threads_.emplace_back([this] { Work(); });
}

void Workers::Nudge() {
  {
    const std::lock_guard lock(mutex_);
    ++nudges_;
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
  const std::stop_token stop = claims_stop_.get_token();
  Backoff backoff;
  while (!stop.stop_requested()) {
    std::uint64_t seen = 0;
    {
      const std::lock_guard lock(mutex_);
      seen = nudges_;
    }
    const Result<bool> executed = ClaimAndExecute();
    if (!executed) {
      log::Warning("worker_backs_off", {{"reason", executed.error().message}});
      static_cast<void>(Pause(stop, backoff.Next()));
      continue;
    }
    backoff.Reset();
    if (!*executed) WaitForNudge(seen);
  }
  const std::lock_guard lock(mutex_);
  --at_work_;
  changed_.notify_all();
}

Result<bool> Workers::ClaimAndExecute() {
  try {
    IC_ASSIGN_OR_RETURN(const std::optional<records::Task> task, Claim());
    if (!task) return false;
    IC_RETURN_IF_ERROR(executor_.Execute(*task));
    return true;
  } catch (const std::exception& error) {
    // A task that was claimed goes on when its lease has run out.
    return Fail(ErrorCode::kInternal, error.what());
  }
}

Result<std::optional<records::Task>> Workers::Claim() {
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
  IC_ASSIGN_OR_RETURN(std::optional<records::Task> task, environment_.parts.store.ClaimTask(request));
  if (!task) return task;
  const std::lock_guard lock(mutex_);
  last_owner_ = task->owner_id;
  return task;
}

/// `seen`: the nudges before the claim that found nothing, so that none in between is missed.
void Workers::WaitForNudge(std::uint64_t seen) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, claims_stop_.get_token(), environment_.options.idle_poll,
                    [this, seen] { return nudges_ != seen; });
}

}  // namespace intelliclinix::dispatch
