#include "dispatch/heartbeat.h"

#include <algorithm>
#include <chrono>

#include "dispatch/backoff.h"
#include "dispatch/guard.h"

namespace intelliclinix::dispatch {

void Heartbeat::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Work(stop); });
}

void Heartbeat::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Heartbeat::Work(const std::stop_token& stop) {
  using SteadyClock = std::chrono::steady_clock;
  const DispatcherOptions& options = environment_.options;
  const std::chrono::milliseconds tick = std::min(options.heartbeat, options.idle_poll);
  SteadyClock::time_point next_beat = SteadyClock::now();
  do {
    Guarded("heartbeat", [&] {
      if (SteadyClock::now() < next_beat) {
        keeper_.ShareProgress();
      } else {
        next_beat = SteadyClock::now() + options.heartbeat;
        keeper_.RenewAll();
      }
      keeper_.StopUnwanted(environment_.parts.store);
    });
  } while (Pause(stop, tick));
}

}  // namespace intelliclinix::dispatch
