// The HTTP/1.1 server (RFC 9110, RFC 9112).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/thread_pool.h"
#include "http/message.h"
#include "http/router.h"

namespace intelliclinix::http {

struct ServerOptions {
  std::string host = "127.0.0.1";           ///< an IP address; "0.0.0.0" or "::" for all
  std::uint16_t port = 5001;                ///< 0: any free one
  int io_threads = 2;                       ///< they move bytes only; two fill a 10 Gbit/s link
  int max_connections = 20'000;             ///< one more is answered 503 and closed; an idle one costs a few KB
  std::size_t max_head_bytes = 16 << 10;    ///< above: 431
  std::uint64_t max_drain_bytes = 8 << 20;  ///< read after an early answer, so that the client sees it and not a reset
  std::chrono::milliseconds head_timeout{10'000};   ///< from a head's first byte, or a connection's begin, to its end
  std::chrono::milliseconds idle_timeout{60'000};   ///< between two requests of a connection
  std::chrono::milliseconds body_timeout{60'000};   ///< in which no byte of a body comes
  std::chrono::milliseconds write_timeout{60'000};  ///< in which the client takes no byte of a response
};

/// One line of the access log.
struct AccessRecord {
  std::string method = {};  ///< empty when the head could not be read
  std::string route = {};   ///< the pattern, not the path: few values, and no ids; empty when none matched
  std::string path = {};
  int status = 0;
  std::uint64_t request_bytes = 0;   ///< body, chunked coding taken off
  std::uint64_t response_bytes = 0;  ///< body, as far as it was sent
  std::chrono::microseconds duration{0};
  std::string request_id = {};
  std::string remote_address = {};
  bool aborted = false;  ///< the client went, or was cut off, before the response was out
};

/// What the server asks of its user. Each runs on an I/O thread and must not block. Threads: several at once.
struct Hooks {
  /// Bodies of the server's own errors. Required.
  std::function<Response(const Problem& problem, const Request& request)> render_problem;
  /// Bodies of errors that a BodySink returns. Required.
  std::function<Response(const Error& error, const Request& request)> render_error;
  /// Sees each head before routing; may answer in its place (a CORS preflight).
  std::function<std::optional<Response>(const Request& head)> intercept;
  /// Sees each response last, errors too; may add headers (CORS).
  std::function<void(const Request& request, Response& response)> finish;
  /// Called once for each response, when it has been sent or given up.
  std::function<void(const AccessRecord& record)> access;
};

/// Listens, reads requests, runs handlers on the blocking pool, writes responses.
/// Threads: public functions from one; its I/O threads are its own.
/// Owns: sockets and I/O threads. Borrows the pool, which must outlive the server; tasks that are on the pool when the
/// server has stopped may still run, and their answers are dropped.
class Server {
 public:
  Server(ServerOptions options, Router router, Hooks hooks, ThreadPool& blocking);
  /// Stop(0).
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Begins to listen. Returns the port. Errors: kInvalidArgument (host), kUnavailable (the port is taken).
  Result<std::uint16_t> Start();

  /// Takes no new connections, closes idle ones, lets running requests finish for `grace`, cuts off the rest, and
  /// returns when the I/O threads have ended. A second call does nothing.
  void Stop(std::chrono::milliseconds grace);

  /// Connections that are open now. Threads: any.
  int connections() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace intelliclinix::http
