#include "http/connection.h"

#include "base/hex.h"
#include "base/log.h"
#include "base/random.h"
#include "http/head_check.h"
#include "http/text.h"

namespace intelliclinix::http {
namespace {

std::string AddressOf(const asio::ip::tcp::socket& socket) {
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error);
  return error ? std::string() : peer.address().to_string();
}

Problem HeadTooLarge(std::size_t limit) {
  return {431, "The request's head has more than " + std::to_string(limit) + " bytes; send shorter header fields.", ""};
}

Response AllowedMethods(const std::string& allow) {
  Response response{.status = 204};
  response.headers.Set("Allow", allow);
  return response;
}

// For a path and method without a route.
Outcome NoRoute(const Hooks& hooks, const Request& request, const std::string& allow) {
  if (request.path == "*") return AllowedMethods("GET, HEAD, POST, DELETE, OPTIONS");
  if (allow.empty()) return Problem{404, "There is nothing at this path.", ""};
  if (request.method == "OPTIONS") return AllowedMethods(allow);
  Response response = hooks.render_problem({405, "This path answers only " + allow + ".", ""}, request);
  response.headers.Set("Allow", allow);
  return response;
}

}  // namespace

Connection::Connection(asio::io_context& context, asio::ip::tcp::socket socket, std::shared_ptr<ServerState> state)
    : context_(context),
      socket_(std::move(socket)),
      wake_(context, Clock::time_point::max()),
      state_(std::move(state)),
      remote_address_(AddressOf(socket_)) {}

asio::awaitable<void> Connection::Run(std::shared_ptr<Connection> self) {
  try {
    co_await self->Serve();
  } catch (const std::exception& error) {
    log::Error("connection_failed", {{"what", error.what()}});
  }
  boost::system::error_code ignored;
  self->socket_.close(ignored);
}

asio::awaitable<void> Connection::Serve() {
  bool next = true;
  while (next) {
    next = co_await WaitForRequest();
    if (next) next = co_await ServeOne();
  }
}

void Connection::CheckDeadline(Clock::time_point now) {
  if (now < deadline_) return;
  deadline_ = Clock::time_point::max();
  timed_out_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Connection::CloseIfIdle() {
  // A request that has come already, though it is not read yet, is still answered.
  boost::system::error_code ignored;
  if (idle_ && socket_.available(ignored) == 0) Cut();
  if (streaming_) wake_.cancel();
}

void Connection::Cut() {
  gone_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
  wake_.cancel();
}

// Waits without a buffer, so that a connection costs little while nobody uses it.
asio::awaitable<bool> Connection::WaitForRequest() {
  in_.Release();
  head_deadline_ = Clock::now() + state_->options.head_timeout;
  if (!in_.empty()) co_return true;
  if (gone_ || state_->draining) co_return false;
  idle_ = true;
  deadline_ = fresh_ ? head_deadline_ : Clock::now() + state_->options.idle_timeout;
  boost::system::error_code error;
  co_await socket_.async_wait(asio::ip::tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, error));
  deadline_ = Clock::time_point::max();
  idle_ = false;
  if (!fresh_) head_deadline_ = Clock::now() + state_->options.head_timeout;
  fresh_ = false;
  co_return !error && !gone_;
}

asio::awaitable<bool> Connection::ServeOne() {
  Exchange exchange;
  exchange.request->request_id = HexEncode(RandomBytes<8>());
  exchange.request->remote_address = remote_address_;
  std::optional<Outcome> outcome = co_await Answer(exchange);
  if (outcome) co_return co_await SendResponse(exchange, *outcome);
  if (exchange.head_read) Record(exchange, AccessRecord{.aborted = true});
  co_return false;
}

Connection::Answered Connection::Answer(Exchange& exchange) {
  if (std::optional<Problem> problem = co_await ReadHead(exchange)) co_return *std::move(problem);
  if (gone_) co_return std::nullopt;
  if (state_->hooks.intercept) {
    if (std::optional<Response> response = state_->hooks.intercept(*exchange.request)) co_return *std::move(response);
  }
  if (std::optional<Outcome> outcome = Route(exchange)) co_return *std::move(outcome);
  if (std::holds_alternative<Handler>(exchange.route->handler)) co_return co_await RunHandler(exchange);
  co_return co_await RunUpload(exchange);
}

asio::awaitable<std::optional<Problem>> Connection::ReadHead(Exchange& exchange) {
  const std::size_t limit = state_->options.max_head_bytes;
  bool begun = false;
  std::size_t searched = 0;
  for (;;) {
    // One empty line before a request is to be ignored (RFC 9112 section 2.2).
    if (!begun && in_.view().starts_with("\r\n")) in_.Consume(2);
    begun = begun || in_.view().size() >= 2;
    const std::optional<std::size_t> end = FindHeadEnd(in_.view().substr(searched));
    if (end && searched + *end <= limit) co_return ParseHead(exchange, searched + *end);
    if (end || in_.view().size() > limit) co_return HeadTooLarge(limit);
    searched = std::max<std::size_t>(in_.view().size(), 2) - 2;
    if (co_await Fill(head_deadline_)) continue;
    if (gone_) co_return std::nullopt;
    co_return Problem{408, "The request's head did not come in time.", ""};
  }
}

std::optional<Problem> Connection::ParseHead(Exchange& exchange, std::size_t head_bytes) {
  const std::string_view head = in_.view().substr(0, head_bytes);
  std::optional<Problem> problem = CheckHead(head);
  if (!problem) problem = exchange.parser.ReadHead(head, *exchange.request);
  in_.Consume(head_bytes);
  exchange.head_read = !problem;
  return problem;
}

// Finds the route, or answers from the head alone.
std::optional<Outcome> Connection::Route(Exchange& exchange) {
  Request& request = *exchange.request;
  const std::string_view expectation = request.Header("Expect");
  if (!expectation.empty() && !EqualsIgnoreCase(expectation, "100-continue")) {
    return Problem{417, "The only expectation that this server meets is 100-continue.", "Expect"};
  }
  Router::Match match = state_->router.Find(request.method, request.path);
  if (match.route == nullptr) return NoRoute(state_->hooks, request, match.allow);
  exchange.route = match.route;
  request.route = match.route->pattern;
  request.params = std::move(match.params);
  const std::uint64_t limit = match.route->options.max_body_bytes;
  if (exchange.parser.content_length().value_or(0) > limit) return BodyTooLarge(limit);
  return std::nullopt;
}

}  // namespace intelliclinix::http
