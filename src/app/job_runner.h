// What `serve` and `worker` run jobs with.
#pragma once

#include <chrono>
#include <stop_token>
#include <thread>
#include <utility>

#include "app/installation.h"
#include "base/clock.h"
#include "dispatch/dispatcher.h"
#include "store/store.h"

namespace intelliclinix::app {

/// The dispatcher, and the thread that loads and tests the models before it begins.
/// Threads: Start and Stop from one at a time.
/// Borrows: the store, the installation and the clock.
class JobRunner {
 public:
  JobRunner(store::Store& store, Installation& installation, const Clock& clock, dispatch::DispatcherOptions options)
      : installation_(installation),
        clock_(clock),
        dispatcher_({.store = store,
                     .registry = installation.registry,
                     .catalogue = installation.catalogue,
                     .pool = installation.pool,
                     .clock = clock},
                    std::move(options)) {}

  dispatch::Dispatcher& dispatcher() { return dispatcher_; }

  /// Returns at once; tasks are claimed when the models are prepared.
  void Start();

  /// Claims nothing further, lets running tasks end for `grace`, hands back the rest.
  void Stop(std::chrono::milliseconds grace);

 private:
  void TakeUpWork(const std::stop_token& stop);

  Installation& installation_;
  const Clock& clock_;
  dispatch::Dispatcher dispatcher_;
  std::jthread preparing_;
};

}  // namespace intelliclinix::app
