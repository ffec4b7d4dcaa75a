#include "app/worker_process.h"

#include "api/operations.h"
#include "api/routes.h"
#include "app/open_store.h"
#include "app/serve_options.h"

namespace intelliclinix::app {
namespace {

// Probes and a scraper now and then.
constexpr int kBlockingThreads = 2;

}  // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::Open(const Settings& settings) {
  IC_ASSIGN_OR_RETURN(auto installation, OpenInstallation(settings));
  auto clock = std::make_unique<SystemClock>();
  IC_ASSIGN_OR_RETURN(auto store, OpenStore(settings, *clock));
  return std::unique_ptr<WorkerProcess>(new WorkerProcess(
      settings, std::move(clock), std::move(store), std::move(installation), DispatcherOptionsOf(settings, "worker")));
}

WorkerProcess::WorkerProcess(const Settings& settings, std::unique_ptr<Clock> clock,
                             std::unique_ptr<store::Store> store, std::unique_ptr<Installation> installation,
                             dispatch::DispatcherOptions options)
    : grace_(settings.stop_grace_s),
      name_(options.worker_name),
      clock_(std::move(clock)),
      store_(std::move(store)),
      installation_(std::move(installation)),
      jobs_(*store_, *installation_, *clock_, std::move(options)),
      blocking_(kBlockingThreads) {
  installation_->WatchImports(*store_, settings, *clock_);
  if (settings.metrics_port < 0) return;
  http::ServerOptions server = ServerOptionsOf(settings);
  server.port = static_cast<std::uint16_t>(settings.metrics_port);
  server.io_threads = 1;
  server_ = std::make_unique<http::Server>(server, Routes(), api::MakeHooks(metrics_, {}), blocking_);
  metrics_.WatchConnections([this] { return server_->connections(); });
}

http::Router WorkerProcess::Routes() {
  http::Router router;
  api::AddOperationsRoutes(router, {.store = *store_,
                                    .dispatcher = jobs_.dispatcher(),
                                    .registry = installation_->registry,
                                    .catalogue = installation_->catalogue,
                                    .metrics = metrics_,
                                    .version = INTELLICLINIX_VERSION});
  return router;
}

Result<std::optional<std::uint16_t>> WorkerProcess::Start() {
  std::optional<std::uint16_t> port;
  if (server_) {
    IC_ASSIGN_OR_RETURN(port, server_->Start());
  }
  jobs_.Start();
  return port;
}

// Probes are answered until the last task is handed back.
void WorkerProcess::Stop() {
  jobs_.Stop(grace_);
  if (server_) server_->Stop(std::chrono::seconds(0));
}

}  // namespace intelliclinix::app
