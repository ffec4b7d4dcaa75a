#include "http/wire_client_test.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace intelliclinix::http::testing {
namespace {

std::string LowerCase(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

WireResponse ParseHead(const std::string& head) {
  WireResponse response;
  EXPECT_TRUE(head.starts_with("HTTP/1.1 ")) << head;
  response.status = std::atoi(head.c_str() + 9);
  std::size_t begin = head.find("\r\n") + 2;
  while (begin < head.size()) {
    const std::size_t end = head.find("\r\n", begin);
    if (end == begin) break;
    const std::string line = head.substr(begin, end - begin);
    const std::size_t colon = line.find(": ");
    const std::string name = LowerCase(line.substr(0, colon));
    EXPECT_FALSE(response.headers.contains(name)) << name << " twice";
    response.headers[name] = line.substr(colon + 2);
    begin = end + 2;
  }
  return response;
}

}  // namespace

WireClient::WireClient(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval patience{20, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(0, connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)));
}

WireClient::WireClient(WireClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), pending_(std::move(other.pending_)) {}

WireClient::~WireClient() {
  if (fd_ >= 0) close(fd_);
}

bool WireClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void WireClient::FinishSending() { shutdown(fd_, SHUT_WR); }

void WireClient::Abort() {
  const linger reset{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  close(std::exchange(fd_, -1));
}

bool WireClient::Fill() {
  char bytes[65536];
  const ssize_t got = recv(fd_, bytes, sizeof(bytes), 0);
  if (got <= 0) return false;
  pending_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

std::optional<WireResponse> WireClient::Receive(bool head_only) {
  std::size_t end = 0;
  while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return std::nullopt;
  }
  WireResponse response = ParseHead(pending_.substr(0, end + 4));
  pending_.erase(0, end + 4);
  const bool bodiless = head_only || response.status < 200 || response.status == 204 || response.status == 304;
  const std::size_t length = bodiless ? 0 : std::strtoull(response.headers["content-length"].c_str(), nullptr, 10);
  while (pending_.size() < length) {
    if (!Fill()) return std::nullopt;
  }
  response.body = pending_.substr(0, length);
  pending_.erase(0, length);
  return response;
}

std::optional<WireResponse> WireClient::Ask(std::string_view request) {
  Send(request);
  return Receive(request.starts_with("HEAD "));
}

bool WireClient::IsClosed() { return pending_.empty() && !Fill() && errno != EAGAIN; }

std::string WireClient::ReceiveSome() {
  if (pending_.empty()) Fill();
  return std::exchange(pending_, {});
}

std::string Get(std::string_view path, std::string_view extra) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n" + std::string(extra) + "\r\n";
}

std::string Post(std::string_view path, std::string_view body, std::string_view extra) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + std::string(extra) + "\r\n" + std::string(body);
}

}  // namespace intelliclinix::http::testing
