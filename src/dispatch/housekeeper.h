// The thread that keeps leases, and takes up what was cut short.
#pragma once

#include <chrono>
#include <stop_token>
#include <thread>
#include <vector>

#include "dispatch/environment.h"
#include "dispatch/finisher.h"
#include "dispatch/lease_keeper.h"
#include "dispatch/starter.h"
#include "dispatch/waiters.h"

namespace intelliclinix::dispatch {

/// What the housekeeper works with. All are borrowed and must outlive it.
struct HousekeeperParts {
  LeaseKeeper& keeper;
  Starter& starter;
  Finisher& finisher;
  Waiters& waiters;
};

/// Each heartbeat: prolongs leases, then dispatches inferences whose start was cut short and ends those whose end was,
/// whichever process it was that died or failed. In between: tells progress and asks about inferences that are waited
/// for. Threads: Start and Stop from one at a time.
class Housekeeper {
 public:
  Housekeeper(const Environment& environment, const HousekeeperParts& parts)
      : environment_(environment), parts_(parts) {}

  void Start();
  void Stop();

 private:
  void Work(const std::stop_token& stop);
  void Sweep(const std::stop_token& stop);

  const Environment& environment_;
  const HousekeeperParts parts_;
  std::jthread thread_;
};

}  // namespace intelliclinix::dispatch
