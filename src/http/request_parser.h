// Reads one request's head and takes the chunked coding off its body. Wraps Boost.Beast's parser.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "http/message.h"

namespace intelliclinix::http {

/// One request, head first, then body. Does no I/O and keeps no bytes.
/// Threads: one at a time.
class RequestParser {
 public:
  RequestParser();
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// Fills method, headers, path and query from a whole head that CheckHead found good. Returns what is wrong, if
  /// anything is.
  std::optional<Problem> ReadHead(std::string_view head, Request& request);

  bool http_1_1() const;
  bool keep_alive() const;
  /// Absent for a chunked body; 0 where there is no body.
  std::optional<std::uint64_t> content_length() const;
  bool body_done() const;

  struct Decoded {
    std::size_t consumed = 0;        ///< bytes of the input that are used up
    std::size_t produced = 0;        ///< bytes of the output that are filled
    std::optional<Problem> problem;  ///< the chunked coding is damaged
  };

  /// Decodes body bytes until the input or the output is used up or the body is done. When it neither consumes nor
  /// produces, call it again with the same bytes and more behind them. `out` must not be empty.
  Decoded DecodeBody(std::string_view in, std::span<std::byte> out);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace intelliclinix::http
