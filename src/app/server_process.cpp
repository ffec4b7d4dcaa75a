#include "app/server_process.h"

#include <filesystem>

#include "api/routes.h"
#include "app/open_store.h"
#include "app/secret_file.h"
#include "app/serve_options.h"

namespace intelliclinix::app {
namespace {

// Ample for a store on a local disk; passwords have threads of their own (HashQueue).
constexpr int kBlockingThreads = 16;

// For the answers to those who waited for a job.
constexpr std::chrono::seconds kLastAnswers{2};

}  // namespace

Result<std::unique_ptr<ServerProcess>> ServerProcess::Open(const Settings& settings) {
  IC_ASSIGN_OR_RETURN(auto installation, OpenInstallation(settings));
  auto clock = std::make_unique<SystemClock>();
  IC_ASSIGN_OR_RETURN(auto store, OpenStore(settings, *clock));
  std::error_code ignored;
  std::filesystem::create_directories(settings.data, ignored);  // a store elsewhere has not made it
  std::string secret = settings.jwt_secret;
  if (secret.empty()) {
    IC_ASSIGN_OR_RETURN(secret, ReadOrMakeSecret(settings.data + "/jwt_secret"));
  }
  return std::unique_ptr<ServerProcess>(
      new ServerProcess(settings, std::move(clock), std::move(store), std::move(installation), std::move(secret)));
}

ServerProcess::ServerProcess(const Settings& settings, std::unique_ptr<Clock> clock,
                             std::unique_ptr<store::Store> store, std::unique_ptr<Installation> installation,
                             std::string secret)
    : grace_(settings.stop_grace_s),
      clock_(std::move(clock)),
      store_(std::move(store)),
      installation_(std::move(installation)),
      jobs_(*store_, *installation_, *clock_, DispatcherOptionsOf(settings, "serve")),
      tokens_(std::move(secret), std::chrono::seconds(settings.token_lifetime_s), *clock_,
              std::chrono::seconds(settings.session_lifetime_s)),
      views_(*store_, installation_->pool, ImageViewOptionsOf(settings), SourceLimitsOf(settings)),
      previewer_(*store_, installation_->pool, PreviewerOptionsOf(settings)),
      context_{.store = *store_,
               .dispatcher = jobs_.dispatcher(),
               .registry = installation_->registry,
               .catalogue = installation_->catalogue,
               .clock = *clock_,
               .tokens = tokens_,
               .passwords = passwords_,
               .hashing = hashing_,
               .metrics = metrics_,
               .views = views_,
               .previewer = previewer_,
               .options = ApiOptionsOf(settings)},
      blocking_(kBlockingThreads),
      server_(ServerOptionsOf(settings), api::MakeRoutes(context_), api::MakeHooks(metrics_, settings.cors_origin),
              blocking_) {
  installation_->WatchImports(*store_, settings, *clock_);
  metrics_.WatchConnections([this] { return server_.connections(); });
}

Result<std::uint16_t> ServerProcess::Start() {
  IC_ASSIGN_OR_RETURN(const std::uint16_t port, server_.Start());
  jobs_.Start();
  return port;
}

void ServerProcess::Tidy() {
  const Status forgotten = store_->ForgetRevocations(clock_->Now());
  if (!forgotten) log::Warning("revocations_not_forgotten", {{"reason", forgotten.error().message}});
}

void ServerProcess::Stop() {
  // Both at the same time: requests that wait for a job are let go by the dispatcher.
  std::jthread jobs([this] { jobs_.Stop(grace_); });
  server_.Stop(grace_ + kLastAnswers);
}

}  // namespace intelliclinix::app
