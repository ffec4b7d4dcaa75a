#include "http/listener.h"

#include <chrono>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/hex.h"
#include "base/log.h"
#include "base/random.h"
#include "http/prepare.h"

namespace intelliclinix::http {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

Error CannotListen(const tcp::endpoint& endpoint, const error_code& error) {
  const bool taken = error == asio::error::address_in_use;
  const std::string where = endpoint.address().to_string() + " port " + std::to_string(endpoint.port());
  const std::string hint = taken ? "Another program uses it; choose another port." : "Choose another host or port.";
  return {taken ? ErrorCode::kUnavailable : ErrorCode::kInvalidArgument,
          "Cannot listen on " + where + ": " + error.message() + ". " + hint, "port"};
}

error_code Bind(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  return error;
}

}  // namespace

Listener::Listener(std::shared_ptr<ServerState> state, std::vector<std::unique_ptr<IoThread>>& threads)
    : state_(std::move(state)),
      threads_(threads),
      acceptor_(threads.front()->context()),
      pause_(threads.front()->context()) {}

Result<std::uint16_t> Listener::Open() {
  error_code error;
  const asio::ip::address address = asio::ip::make_address(state_->options.host, error);
  if (error) {
    return Fail(ErrorCode::kInvalidArgument,
                "The host '" + state_->options.host + "' is not an IP address; use one, such as 127.0.0.1.", "host");
  }
  const tcp::endpoint endpoint(address, state_->options.port);
  error = Bind(acceptor_, endpoint);
  if (error) return std::unexpected(CannotListen(endpoint, error));
  asio::co_spawn(threads_.front()->context(), AcceptAll(), asio::detached);
  return acceptor_.local_endpoint().port();
}

void Listener::Close() {
  asio::post(threads_.front()->context(), [this] {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  });
}

asio::awaitable<void> Listener::AcceptAll() {
  for (std::size_t next = 0; acceptor_.is_open(); next = (next + 1) % threads_.size()) {
    IoThread& thread = *threads_[next];
    tcp::socket socket(thread.context());
    error_code error;
    co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      Take(std::move(socket), thread);
    } else if (acceptor_.is_open()) {
      // Out of descriptors, most likely: the next accept would fail as well until a connection has ended.
      log::Warning("accept_failed", {{"what", error.message()}});
      pause_.expires_after(std::chrono::milliseconds(100));
      co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
  }
}

void Listener::Take(tcp::socket socket, IoThread& thread) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (state_->connections >= state_->options.max_connections) return Refuse(socket);
  ++state_->connections;
  thread.Adopt(std::move(socket));
}

// A courtesy: whoever floods the server may miss it.
void Listener::Refuse(tcp::socket& socket) {
  Request request;
  request.request_id = HexEncode(RandomBytes<8>());
  const Problem problem{503, "The server has too many connections. Try again later."};
  const Prepared prepared = Prepare(*state_, request, problem, Wire{.close = true});
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(prepared.text), ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace intelliclinix::http
