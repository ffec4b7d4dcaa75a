// Raw sockets against a real server, for tests.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace intelliclinix::http::testing {

/// A response as it came over the wire. Header names are in lower case.
struct WireResponse {
  int status = 0;
  std::map<std::string, std::string> headers;
  std::string body;
};

/// One TCP connection to 127.0.0.1. Reads give up after 20 s, far beyond what a test takes, so that a bug is a failure
/// and not a hang.
class WireClient {
 public:
  explicit WireClient(int port);
  ~WireClient();
  WireClient(WireClient&& other) noexcept;
  WireClient(const WireClient&) = delete;
  WireClient& operator=(const WireClient&) = delete;

  /// False when the peer has closed.
  bool Send(std::string_view bytes);
  /// Ends the sending direction only.
  void FinishSending();
  /// Closes with a reset.
  void Abort();

  /// One response; nothing when the connection ends before it is whole. `head_only`: the answer to a HEAD.
  std::optional<WireResponse> Receive(bool head_only = false);
  /// Sends and receives.
  std::optional<WireResponse> Ask(std::string_view request);
  /// Nothing more comes and the server has closed.
  bool IsClosed();
  /// Bytes that have come and are not used yet, waiting for some if there are none; empty at the end.
  std::string ReceiveSome();

 private:
  bool Fill();
  int fd_ = -1;
  std::string pending_;
};

/// "GET path" with a Host and `extra` lines, each with its CRLF.
std::string Get(std::string_view path, std::string_view extra = "");
/// "POST path" with Content-Length.
std::string Post(std::string_view path, std::string_view body, std::string_view extra = "");

}  // namespace intelliclinix::http::testing
