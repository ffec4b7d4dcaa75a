// The wiring of `worker`: what runs tasks, without the API.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "api/metrics.h"
#include "app/installation.h"
#include "app/job_runner.h"
#include "app/settings.h"
#include "base/clock.h"
#include "base/thread_pool.h"
#include "http/server.h"
#include "store/store.h"

namespace intelliclinix::app {

/// Runs the tasks of a store that others share, and where the settings say so answers /health, /ready and /metrics.
/// Threads: public functions from one. ARCHITECTURE.md has the map of the threads that it starts.
/// Owns: all parts; each member may borrow from those above it.
class WorkerProcess {
 public:
  /// Opens the store and the catalogue. Errors: those of OpenStore and ReadCatalogue.
  static Result<std::unique_ptr<WorkerProcess>> Open(const Settings& settings);

  /// Models are prepared, then tasks claimed. Returns the port of the metrics, none without. Errors: those of
  /// http::Server::Start.
  Result<std::optional<std::uint16_t>> Start();

  /// Claims nothing further, lets running tasks end for the settings' grace, hands back the rest.
  void Stop();

  /// By which the store knows this process.
  const std::string& name() const { return name_; }

 private:
  WorkerProcess(const Settings& settings, std::unique_ptr<Clock> clock, std::unique_ptr<store::Store> store,
                std::unique_ptr<Installation> installation, dispatch::DispatcherOptions options);
  http::Router Routes();

  const std::chrono::seconds grace_;
  const std::string name_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Installation> installation_;
  JobRunner jobs_;
  api::Metrics metrics_;
  ThreadPool blocking_;
  std::unique_ptr<http::Server> server_;  // null without metrics
};

}  // namespace intelliclinix::app
