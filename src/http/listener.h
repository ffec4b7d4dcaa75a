// Takes new connections and gives them to the I/O threads in turn.
#pragma once

#include <memory>
#include <utility>  // before Asio, which needs std::exchange and does not include it
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/result.h"
#include "http/io_thread.h"
#include "http/server_state.h"

namespace intelliclinix::http {

/// Threads: Open before the I/O threads start; the rest on the first of them, but Close from any.
class Listener {
 public:
  Listener(std::shared_ptr<ServerState> state, std::vector<std::unique_ptr<IoThread>>& threads);

  /// Binds and begins to accept. Returns the port. Errors: as Server::Start.
  Result<std::uint16_t> Open();
  void Close();

 private:
  asio::awaitable<void> AcceptAll();
  void Take(asio::ip::tcp::socket socket, IoThread& thread);
  void Refuse(asio::ip::tcp::socket& socket);

  std::shared_ptr<ServerState> state_;
  std::vector<std::unique_ptr<IoThread>>& threads_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer pause_;
};

}  // namespace intelliclinix::http
