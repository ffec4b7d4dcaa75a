// The wiring of `serve`: which parts there are, who borrows whom, and in which order they start and stop.
#pragma once

#include <cstdint>
#include <memory>

#include "api/context.h"
#include "api/hash_queue.h"
#include "api/image_views.h"
#include "api/metrics.h"
#include "api/passwords.h"
#include "api/tokens.h"
#include "app/installation.h"
#include "app/job_runner.h"
#include "app/settings.h"
#include "base/clock.h"
#include "base/thread_pool.h"
#include "dispatch/previewer.h"
#include "http/server.h"
#include "store/store.h"

namespace intelliclinix::app {

/// A server with its workers in this process.
/// Threads: public functions from one. ARCHITECTURE.md has the map of the threads that it starts.
/// Owns: all parts; each member may borrow from those above it.
class ServerProcess {
 public:
  /// Opens the store, the secret and the catalogue.
  /// Errors: those of OpenSqliteStore, ReadOrMakeSecret and ReadCatalogue.
  static Result<std::unique_ptr<ServerProcess>> Open(const Settings& settings);

  /// Listens, and answers `/health` from then on; models are prepared and jobs taken up meanwhile, and then `/ready`
  /// says yes. Returns the port. Errors: those of http::Server::Start.
  Result<std::uint16_t> Start();

  /// Forgets what has expired. To be called now and then.
  void Tidy();

  /// Takes no further connections and tasks, lets running ones end for the settings' grace, hands back the rest.
  void Stop();

 private:
  ServerProcess(const Settings& settings, std::unique_ptr<Clock> clock, std::unique_ptr<store::Store> store,
                std::unique_ptr<Installation> installation, std::string secret);

  std::chrono::seconds grace_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Installation> installation_;
  JobRunner jobs_;
  api::TokenIssuer tokens_;
  api::PasswordHasher passwords_;
  api::HashQueue hashing_;
  api::Metrics metrics_;
  api::ImageViews views_;
  dispatch::Previewer previewer_;
  api::Context context_;
  ThreadPool blocking_;
  http::Server server_;
};

}  // namespace intelliclinix::app
