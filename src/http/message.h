// What a handler gets and what it gives back.
#pragma once

#include <any>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/byte_source.h"
#include "http/text_stream.h"

namespace intelliclinix::http {

/// Header fields in the order they were added. Names compare without regard to case.
class Headers {
 public:
  /// Adds a field, beside any of the same name.
  void Add(std::string name, std::string value);
  /// Adds a field in place of all of the same name.
  void Set(std::string name, std::string value);
  void Remove(std::string_view name);
  /// The first field of that name, or empty.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// One request, its head checked (head_check.h) and decoded.
struct Request {
  std::string method;                                       ///< as sent, for example "GET"
  std::string path;                                         ///< percent-decoded, valid UTF-8, without the query
  std::vector<std::pair<std::string, std::string>> query;   ///< decoded ("+" is a space), in order
  Headers headers;                                          ///< a field that was sent twice is one, joined by ", "
  std::string body;                                         ///< whole for a Handler, empty for an UploadHandler
  std::vector<std::pair<std::string, std::string>> params;  ///< what the pattern's {names} matched; never empty
  std::string route;                                        ///< the pattern that matched, empty when none did
  std::string request_id;                                   ///< 16 hex digits, made by the server
  std::string remote_address;                               ///< the peer's IP address, without port
  std::any checked;                                         ///< what a HeadCheck found out, for its Handler
  /// Stopped when the client hangs up before it is answered, on routes that stop with their client.
  std::stop_source client{std::nostopstate};

  /// A header field's value, or empty.
  std::string_view Header(std::string_view name) const { return headers.Get(name); }
  /// What `{name}` of the pattern matched, or empty.
  std::string_view Param(std::string_view name) const;
  /// The first query parameter of that name.
  std::optional<std::string_view> Query(std::string_view name) const;
};

/// One response. The server adds Content-Length, Date, Connection, X-Request-Id and the security headers.
///
/// A GET that is answered with 200 and an ETag honours If-None-Match (304). A ByteSource is read on the blocking pool
/// and streamed; with status 200 it honours Range and If-Range too (one range: 206, none that fits: 416). A TextStream
/// is sent as it is written, in chunks, and holds no thread.
struct Response {
  int status = 200;
  Headers headers = {};
  std::variant<std::string, std::shared_ptr<ByteSource>, std::shared_ptr<TextStream>> body = {};
};

/// Answers a request later. Threads: any. Call it once; dropping it uncalled answers 500; calling it after the client
/// has gone does nothing.
using Send = std::move_only_function<void(Response)>;

/// A reply that comes later without holding a thread. `start` runs at once, on the thread that the handler ran on, and
/// keeps `send` where the answer will be made.
struct Deferred {
  std::move_only_function<void(Send send)> start;
};

using Reply = std::variant<Response, Deferred>;

/// A failure that the server itself found: bad syntax, no route, too large, a handler that threw.
struct Problem {
  int status = 500;
  std::string detail = {};  ///< a sentence that says what is wrong and what to do
  std::string field = {};   ///< the header field or other part at fault; empty where none is
};

/// `attachment; filename="..."; filename*=UTF-8''...` for any UTF-8 name (RFC 6266).
std::string AttachmentDisposition(std::string_view filename);

}  // namespace intelliclinix::http
