#include "dispatch/housekeeper.h"

#include <algorithm>

#include "base/log.h"
#include "dispatch/backoff.h"
#include "dispatch/guard.h"

namespace intelliclinix::dispatch {
namespace {

/// Inferences that one sweep takes up of each kind; more wait for the next, so that a stop need not wait.
constexpr int kSweepLimit = 100;
/// Orphans in one question to the store.
constexpr int kOrphansAtOnce = 1000;
/// As long as a client may send a start again; docs/http-api.md tells it.
constexpr std::chrono::hours kKeyLifetime{24};

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
  SteadyClock::time_point next_sweep = SteadyClock::now();
  // Not at once: a tidying looks at every file, and what an earlier process left is to go on now.
  SteadyClock::time_point next_tidy = SteadyClock::now() + options.tidy;
  do {
    const bool cut_short = parts_.finisher.TakeCutShort();
    if (cut_short || SteadyClock::now() >= next_sweep) {
      next_sweep = SteadyClock::now() + options.heartbeat;
      Guarded("housekeeper", [&] { Sweep(stop); });
    }
    if (SteadyClock::now() >= next_tidy) {
      next_tidy = SteadyClock::now() + options.tidy;
      Guarded("housekeeper", [&] { Tidy(stop); });
    }
  } while (Pause(stop, tick));
}

void Housekeeper::Sweep(const std::stop_token& stop) {
  store::Store& store = environment_.parts.store;
  TakeUpAll(store.ListUndispatched(kSweepLimit), stop, [this](ObjectId id) { return parts_.starter.Dispatch(id); });
  TakeUpAll(store.ListUnfinished(environment_.parts.clock.Now(), kSweepLimit), stop,
            [this](ObjectId id) { return parts_.finisher.Finish(id); });
}

void Housekeeper::Tidy(const std::stop_token& stop) {
  store::Store& store = environment_.parts.store;
  const TimePoint now = environment_.parts.clock.Now();
  if (const Status forgotten = store.ForgetIdempotencyKeys(now - kKeyLifetime); !forgotten) {
    log::Warning("keys_not_forgotten", {{"reason", forgotten.error().message}});
  }
  int listed = kOrphansAtOnce;
  while (listed == kOrphansAtOnce && !stop.stop_requested()) {
    const auto orphans = store.ListOrphans(now - environment_.options.orphan_grace, kOrphansAtOnce);
    if (!orphans) return log::Warning("orphans_not_listed", {{"reason", orphans.error().message}});
    listed = static_cast<int>(orphans->size());
    for (const ObjectId orphan : *orphans) {
      if (stop.stop_requested()) return;
      const Status removed = store.DeleteBlob(orphan);
      if (!removed) return log::Warning("orphan_not_removed", {{"reason", removed.error().message}});
      log::Info("orphan_removed", {{"blob_id", orphan.ToString()}});
      ++environment_.counters.orphan_blobs_removed;
    }
  }
}

}  // namespace intelliclinix::dispatch
