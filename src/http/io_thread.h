// One I/O thread and the connections that live on it.
#pragma once

#include <memory>
#include <thread>
#include <unordered_set>
#include <utility>  // before Asio, which needs std::exchange and does not include it

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/connection.h"
#include "http/server_state.h"

namespace intelliclinix::http {

/// Every connection stays on the thread that it was given to, so connections need no locks.
/// Threads: public functions from any, Stop and the destructor from one; they hand over to the thread and return.
class IoThread {
 public:
  explicit IoThread(std::shared_ptr<ServerState> state);
  /// Stop.
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  asio::io_context& context() { return context_; }

  void Start();
  /// Serves a connection, already counted in ServerState::connections, whose socket belongs to context().
  void Adopt(asio::ip::tcp::socket socket);
  void CloseIdle();
  void CutAll();
  /// Ends the thread, once its connections are over.
  void Stop();

 private:
  void Serve(asio::ip::tcp::socket socket);
  void Tick();

  std::shared_ptr<ServerState> state_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  asio::steady_timer tick_{context_};
  bool ticking_ = true;
  std::unordered_set<Connection*> connections_;
  std::thread thread_;
};

}  // namespace intelliclinix::http
