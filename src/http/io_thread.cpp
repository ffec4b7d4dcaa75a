#include "http/io_thread.h"

#include <algorithm>
#include <chrono>

#include <boost/asio/co_spawn.hpp>

namespace intelliclinix::http {
namespace {

using std::chrono::milliseconds;

// Deadlines are checked this often: fine enough for the shortest timeout, seldom enough for many connections.
milliseconds TickInterval(const ServerOptions& options) {
  const milliseconds shortest =
      std::min({options.head_timeout, options.idle_timeout, options.body_timeout, options.write_timeout});
  return std::clamp(shortest / 8, milliseconds(5), milliseconds(500));
}

}  // namespace

IoThread::IoThread(std::shared_ptr<ServerState> state) : state_(std::move(state)) {}

IoThread::~IoThread() { Stop(); }

void IoThread::Start() {
  Tick();
  thread_ = std::thread([this] { context_.run(); });
}

void IoThread::Adopt(asio::ip::tcp::socket socket) {
  asio::post(context_, [this, socket = std::move(socket)]() mutable { Serve(std::move(socket)); });
}

void IoThread::Serve(asio::ip::tcp::socket socket) {
  if (state_->draining) {
    --state_->connections;
    return;
  }
  const auto connection = std::make_shared<Connection>(context_, std::move(socket), state_);
  connections_.insert(connection.get());
  asio::co_spawn(context_, Connection::Run(connection), [this, key = connection.get()](const std::exception_ptr&) {
    connections_.erase(key);
    --state_->connections;
  });
}

void IoThread::CloseIdle() {
  asio::post(context_, [this] {
    for (Connection* connection : connections_) connection->CloseIfIdle();
  });
}

void IoThread::CutAll() {
  asio::post(context_, [this] {
    for (Connection* connection : connections_) connection->Cut();
  });
}

void IoThread::Stop() {
  if (!thread_.joinable()) return;
  asio::post(context_, [this] {
    ticking_ = false;
    tick_.cancel();
    work_.reset();
  });
  thread_.join();
}

void IoThread::Tick() {
  for (Connection* connection : connections_) connection->CheckDeadline(Connection::Clock::now());
  if (!ticking_) return;
  tick_.expires_after(TickInterval(state_->options));
  tick_.async_wait([this](boost::system::error_code error) {
    if (!error) Tick();
  });
}

}  // namespace intelliclinix::http
