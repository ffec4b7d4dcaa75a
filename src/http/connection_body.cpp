#include <algorithm>

#include "http/connection.h"

namespace intelliclinix::http {

Connection::Answered Connection::RunHandler(Exchange& exchange) {
  std::optional<Outcome> refusal = co_await CheckHeadFirst(exchange);
  if (refusal || gone_) co_return refusal;
  if (!co_await SendContinue(exchange)) co_return std::nullopt;
  if (std::optional<Problem> problem = co_await ReadWholeBody(exchange)) co_return *std::move(problem);
  if (gone_) co_return std::nullopt;
  in_.Release();
  const bool watched = exchange.route->options.stops_with_client;
  std::stop_source stop = watched ? std::stop_source() : std::stop_source(std::nostopstate);
  exchange.request->client = stop;
  auto box = MakeBox<Outcome>();
  PostHandler(state_, *exchange.route, exchange.request, box);
  watching_ = watched;
  if (watched) WatchForHangUp();
  std::optional<Outcome> outcome = co_await Await(box);
  watching_ = false;
  if (!outcome) stop.request_stop();
  co_return outcome;
}

// Nothing when the request may go on, or the client is gone.
Connection::Answered Connection::CheckHeadFirst(Exchange& exchange) {
  if (!exchange.route->check_head || exchange.parser.body_done()) co_return std::nullopt;
  auto box = MakeBox<CheckEnd>();
  PostHeadCheck(state_, *exchange.route, exchange.request, box);
  std::optional<CheckEnd> end = co_await Await(box);
  if (!end) co_return std::nullopt;
  co_return *std::move(end);
}

// Memory is taken as bytes come, whatever Content-Length says of them.
asio::awaitable<std::optional<Problem>> Connection::ReadWholeBody(Exchange& exchange) {
  if (exchange.parser.body_done()) co_return std::nullopt;
  const std::size_t most = std::min<std::uint64_t>(ReadBuffer::kBytes, exchange.route->options.max_body_bytes + 1);
  const auto piece_bytes = std::make_unique_for_overwrite<std::byte[]>(most);
  while (!exchange.parser.body_done()) {
    const BodyPiece piece = co_await ReadPiece(exchange, std::span(piece_bytes.get(), most));
    if (gone_ || piece.problem) co_return piece.problem;
    exchange.request->body.append(reinterpret_cast<const char*>(piece_bytes.get()), piece.bytes);
  }
  co_return std::nullopt;
}

Connection::Answered Connection::RunUpload(Exchange& exchange) {
  auto box = MakeBox<UploadStart>();
  PostUploadStart(state_, *exchange.route, exchange.request, box);
  std::optional<UploadStart> start = co_await Await(box);
  if (!start) co_return std::nullopt;
  if (auto* outcome = std::get_if<Outcome>(&*start)) co_return std::move(*outcome);
  UploadPtr upload = std::move(std::get<UploadPtr>(*start));
  start.reset();
  if (!co_await SendContinue(exchange)) co_return std::nullopt;
  co_return co_await PumpBody(exchange, upload);
}

// The next bytes are read only after the sink has taken the last ones: that is all the flow control there is.
Connection::Answered Connection::PumpBody(Exchange& exchange, UploadPtr& upload) {
  const SharedBuffer buffer{std::make_shared_for_overwrite<std::byte[]>(ReadBuffer::kBytes), ReadBuffer::kBytes};
  while (!exchange.parser.body_done()) {
    BodyPiece piece = co_await ReadPiece(exchange, std::span(buffer.bytes.get(), buffer.size));
    if (gone_) co_return std::nullopt;
    auto box = MakeBox<WriteEnd>();
    if (piece.problem) {
      PostRefuse(state_, std::move(upload), *std::move(piece.problem), box);
    } else {
      PostWrite(state_, upload, {buffer.bytes, piece.bytes}, box);
    }
    std::optional<WriteEnd> end = co_await Await(box);
    if (!end) co_return std::nullopt;
    if (*end) co_return **std::move(end);
  }
  in_.Release();
  auto box = MakeBox<Outcome>();
  PostFinish(state_, std::move(upload), box);
  co_return co_await Await(box);
}

asio::awaitable<BodyPiece> Connection::ReadPiece(Exchange& exchange, std::span<std::byte> out) {
  const std::uint64_t limit = exchange.route->options.max_body_bytes;
  for (;;) {
    RequestParser::Decoded decoded = exchange.parser.DecodeBody(in_.view(), out);
    in_.Consume(decoded.consumed);
    exchange.body_bytes += decoded.produced;
    if (exchange.body_bytes > limit) {
      co_return BodyPiece{0, BodyTooLarge(limit)};
    }
    if (decoded.problem) co_return BodyPiece{0, std::move(decoded.problem)};
    if (decoded.produced > 0 || exchange.parser.body_done()) co_return BodyPiece{decoded.produced, std::nullopt};
    if (in_.full()) co_return BodyPiece{0, Problem{400, "The body has a chunk header that is too long.", "body"}};
    if (co_await Fill(Clock::now() + state_->options.body_timeout)) continue;
    if (gone_) co_return BodyPiece{};
    co_return BodyPiece{0, Problem{408, "The request's body stopped coming.", ""}};
  }
}

asio::awaitable<bool> Connection::SendContinue(Exchange& exchange) {
  const bool expected = exchange.parser.http_1_1() && !exchange.request->Header("Expect").empty();
  if (!expected || exchange.parser.body_done() || !in_.empty()) co_return true;
  co_return co_await WriteAll("HTTP/1.1 100 Continue\r\n\r\n");
}

// Closing a socket with unread bytes resets the connection, and the client may lose the response; so what is under way
// is read first, within bounds.
asio::awaitable<void> Connection::Drain() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  const Clock::time_point deadline = Clock::now() + state_->options.body_timeout;
  std::uint64_t drained = 0;
  do {
    drained += in_.view().size();
    in_.Consume(in_.view().size());
  } while (drained <= state_->options.max_drain_bytes && co_await Fill(deadline));
}

}  // namespace intelliclinix::http
