#include "http/server.h"

#include <cassert>
#include <thread>
#include <vector>

#include "http/io_thread.h"
#include "http/listener.h"
#include "http/server_state.h"

namespace intelliclinix::http {

class Server::Impl {
 public:
  Impl(ServerOptions options, Router router, Hooks hooks, ThreadPool& blocking)
      : state_(new ServerState{std::move(options), std::move(router), std::move(hooks), blocking}) {
    assert(state_->hooks.render_problem && state_->hooks.render_error);
    assert(state_->options.io_threads > 0 && state_->options.max_head_bytes < ReadBuffer::kBytes);
  }

  Result<std::uint16_t> Start() {
    for (int i = 0; i < state_->options.io_threads; ++i) threads_.push_back(std::make_unique<IoThread>(state_));
    listener_ = std::make_unique<Listener>(state_, threads_);
    IC_ASSIGN_OR_RETURN(const std::uint16_t port, listener_->Open());
    for (const auto& thread : threads_) thread->Start();
    return port;
  }

  void Stop(std::chrono::milliseconds grace) {
    if (!listener_ || state_->draining.exchange(true)) return;
    listener_->Close();
    for (const auto& thread : threads_) thread->CloseIdle();
    const auto deadline = std::chrono::steady_clock::now() + grace;
    while (state_->connections > 0 && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    for (const auto& thread : threads_) thread->CutAll();
    for (const auto& thread : threads_) thread->Stop();
  }

  int connections() const { return state_->connections; }

 private:
  std::shared_ptr<ServerState> state_;
  std::vector<std::unique_ptr<IoThread>> threads_;
  std::unique_ptr<Listener> listener_;
};

Server::Server(ServerOptions options, Router router, Hooks hooks, ThreadPool& blocking)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(router), std::move(hooks), blocking)) {}

Server::~Server() { Stop(std::chrono::milliseconds(0)); }

Result<std::uint16_t> Server::Start() { return impl_->Start(); }
void Server::Stop(std::chrono::milliseconds grace) { impl_->Stop(grace); }
int Server::connections() const { return impl_->connections(); }

}  // namespace intelliclinix::http
