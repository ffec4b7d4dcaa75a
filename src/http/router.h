// The table of routes: method and path pattern to handler.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/message.h"

namespace intelliclinix::http {

/// Takes a request body while it arrives.
/// Threads: one at a time, always on the blocking pool, the destructor too; each may block.
class BodySink {
 public:
  /// Without Finish before it, the upload was cut off or refused: leave nothing behind.
  virtual ~BodySink() = default;

  /// The next bytes, at most 64 KiB. Errors: answered through Hooks::render_error; no further call comes.
  virtual Status Write(std::span<const std::byte> bytes) = 0;
  /// The body was complete.
  virtual Reply Finish() = 0;
};

/// Answers a request whose body is whole in memory. Runs on the blocking pool unless its route is
/// immediate; may throw (500).
using Handler = std::function<Reply(Request& request)>;

/// Looks at the head before a body is read; an answer refuses the request. Runs on the blocking pool; may throw (500).
using HeadCheck = std::function<std::optional<Response>(Request& head)>;

/// A Handler for those whom a check lets in: while it has not, the server buffers no body. The check runs only where a
/// body is to come, and may leave in Request::checked what `handle` need not find out again.
struct GuardedHandler {
  HeadCheck check_head;
  Handler handle;
};

/// Answers from the head alone, or says who takes the body. `head` lives until the sink is destroyed. Runs on the
/// blocking pool; may throw (500).
using UploadHandler = std::function<std::variant<Response, std::unique_ptr<BodySink>>(Request& head)>;

struct RouteOptions {
  /// Units: bytes, chunked coding taken off. A larger body is refused with 413, from its Content-Length where it has
  /// one.
  std::uint64_t max_body_bytes = 16 << 10;
  /// The Handler never blocks: it runs on the I/O thread, so that it answers even while the blocking pool is busy.
  bool immediate = false;
  /// The Handler looks at Request::client, and stops when the client has hung up.
  bool stops_with_client = false;
};

struct Route {
  std::string method;   ///< a GET route answers HEAD too
  std::string pattern;  ///< "/api/inferences/{id}/download": a {name} matches one segment, not empty
  std::variant<Handler, UploadHandler> handler;
  RouteOptions options;
  HeadCheck check_head = nullptr;  ///< of a GuardedHandler
};

/// Routes of a server. Filled once, then read. Threads: const functions from any.
class Router {
 public:
  /// Adds a route. The pattern begins with "/" and has no trailing slash (but "/" itself); the same method and shape
  /// twice is a bug.
  void Handle(std::string method, std::string pattern, Handler handler, RouteOptions options = {});
  void Handle(std::string method, std::string pattern, GuardedHandler handler, RouteOptions options = {});
  void HandleUpload(std::string method, std::string pattern, UploadHandler handler, RouteOptions options = {});

  const std::vector<Route>& routes() const { return routes_; }

  /// Where a path leads.
  struct Match {
    const Route* route = nullptr;                             ///< null: 404 if `allow` is empty, else 405
    std::vector<std::pair<std::string, std::string>> params;  ///< by {name}
    std::string allow;                                        ///< "GET, HEAD, OPTIONS": what the path does answer
  };

  /// Finds the route of a decoded path, with or without a trailing slash. Where several patterns fit, the one whose
  /// first differing segment is literal wins.
  Match Find(std::string_view method, std::string_view path) const;

 private:
  void Add(Route route);
  std::vector<Route> routes_;
};

}  // namespace intelliclinix::http
