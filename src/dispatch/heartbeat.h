// The thread that keeps leases.
#pragma once

#include <stop_token>
#include <thread>

#include "dispatch/environment.h"
#include "dispatch/lease_keeper.h"

namespace intelliclinix::dispatch {

/// Each heartbeat: prolongs every lease. In between, each poll: tells progress, and stops what was cancelled or deleted
/// by other processes. It does nothing else, so that nothing slow can cost a lease.
/// Threads: Start and Stop from one at a time.
class Heartbeat {
 public:
  Heartbeat(const Environment& environment, LeaseKeeper& keeper) : environment_(environment), keeper_(keeper) {}

  void Start();
  void Stop();

 private:
  void Work(const std::stop_token& stop);

  const Environment& environment_;
  LeaseKeeper& keeper_;
  std::jthread thread_;
};

}  // namespace intelliclinix::dispatch
