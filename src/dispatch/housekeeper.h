// The thread that takes up what was cut short.
#pragma once

#include <chrono>
#include <stop_token>
#include <thread>
#include <vector>

#include "dispatch/environment.h"
#include "dispatch/finisher.h"
#include "dispatch/starter.h"

namespace intelliclinix::dispatch {

/// What the housekeeper works with. All are borrowed and must outlive it.
struct HousekeeperParts {
  Starter& starter;
  Finisher& finisher;
};

/// Each heartbeat: dispatches inferences whose start was cut short and ends those whose end was, whichever process it
/// was that died or failed. Now and then: removes blobs that nothing points to, and forgets old idempotency keys. Any
/// number of processes may do the same at the same time.
/// Threads: Start and Stop from one at a time.
class Housekeeper {
 public:
  Housekeeper(Environment& environment, const HousekeeperParts& parts) : environment_(environment), parts_(parts) {}

  void Start();
  void Stop();

 private:
  void Work(const std::stop_token& stop);
  void Sweep(const std::stop_token& stop);
  void Tidy(const std::stop_token& stop);

  Environment& environment_;
  const HousekeeperParts parts_;
  std::jthread thread_;
};

}  // namespace intelliclinix::dispatch
