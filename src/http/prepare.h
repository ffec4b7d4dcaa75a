// From what a handler answered to what goes over the wire.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "http/blocking_work.h"

namespace intelliclinix::http {

/// A response, ready to be sent.
struct Prepared {
  int status = 200;
  std::string text;                    ///< the head, and the body where that is a string
  std::size_t head_bytes = 0;          ///< of text
  std::shared_ptr<ByteSource> source;  ///< a body to be streamed after text; null where there is none
  std::uint64_t first = 0;             ///< of source
  std::uint64_t count = 0;
  std::shared_ptr<TextStream> stream;  ///< a body that is still being written; null where there is none
  bool chunked = false;                ///< how the stream is framed; else by the connection's end
  bool close = false;                  ///< the connection ends after it
};

/// How the response must fit the connection.
struct Wire {
  bool close = false;
  bool http_1_1 = true;
};

/// Renders problems and errors, applies conditions and ranges, runs Hooks::finish, adds the fields that every response
/// has. A header that would break the response's syntax makes it a 500 (and a log line).
Prepared Prepare(const ServerState& state, const Request& request, Outcome outcome, Wire wire);

}  // namespace intelliclinix::http
