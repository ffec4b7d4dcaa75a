// Which web pages of other origins may call the server.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace intelliclinix::api {

/// Answers preflights and marks responses. No credentials: the token is a header that a page sends itself.
/// Threads: any; immutable.
/// Source: https://fetch.spec.whatwg.org/#http-cors-protocol
class Cors {
 public:
  /// `origins` as browsers write them: "https://lab.example.org", no path, no "/" at the end; or "*" for every one.
  explicit Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  /// The answer to a preflight; nothing for any other request.
  std::optional<http::Response> Preflight(const http::Request& request) const;
  /// Adds what lets the page of a configured origin read the response.
  void Mark(const http::Request& request, http::Response& response) const;

 private:
  bool Allows(std::string_view origin) const;

  std::vector<std::string> origins_;
};

}  // namespace intelliclinix::api
