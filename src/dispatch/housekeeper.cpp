#include "dispatch/housekeeper.h"

#include <algorithm>

#include "base/log.h"
#include "dispatch/backoff.h"

namespace intelliclinix::dispatch {
namespace {

/// Inferences that one sweep takes up of each kind; more wait for the next, so that heartbeats are not held up.
constexpr int kSweepLimit = 100;

/// Calls `take_up` for each of `inferences`. What fails is left to the next sweep.
template <typename TakeUp>
void TakeUpAll(const Result<std::vector<ObjectId>>& inferences, const std::stop_token& stop, const TakeUp& take_up) {
  if (!inferences) {
    log::Warning("sweep_failed", {{"reason", inferences.error().message}});
    return;
  }
  for (const ObjectId inference : *inferences) {
    if (stop.stop_requested()) return;
    const Status taken = take_up(inference);
    if (!taken && taken.error().code != ErrorCode::kNotFound) {
      log::Warning("sweep_failed", {{"inference_id", inference.ToString()}, {"reason", taken.error().message}});
    }
  }
}

}  // namespace

void Housekeeper::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Work(stop); });
}

void Housekeeper::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Housekeeper::Work(const std::stop_token& stop) {
  using SteadyClock = std::chrono::steady_clock;
  const DispatcherOptions& options = environment_.options;
  const std::chrono::milliseconds tick = std::min(options.heartbeat, options.idle_poll);
  SteadyClock::time_point next_beat = SteadyClock::now();
  do {
    const bool beat = SteadyClock::now() >= next_beat;
    if (beat) {
      next_beat = SteadyClock::now() + options.heartbeat;
      parts_.keeper.RenewAll();
    } else {
      parts_.keeper.ShareProgress();
    }
    const bool cut_short = parts_.finisher.TakeCutShort();
    if (beat || cut_short) Sweep(stop);
    parts_.waiters.CheckDue();
  } while (Pause(stop, tick));
}

void Housekeeper::Sweep(const std::stop_token& stop) {
  store::Store& store = environment_.parts.store;
  TakeUpAll(store.ListUndispatched(kSweepLimit), stop, [this](ObjectId id) { return parts_.starter.Dispatch(id); });
  TakeUpAll(store.ListUnfinished(environment_.parts.clock.Now(), kSweepLimit), stop,
            [this](ObjectId id) { return parts_.finisher.Finish(id); });
}

}  // namespace intelliclinix::dispatch
