#include <algorithm>

#include "base/log.h"
#include "http/connection.h"

namespace intelliclinix::http {
namespace {

constexpr std::size_t kPieceBytes = 64 << 10;

}  // namespace

asio::awaitable<bool> Connection::SendResponse(Exchange& exchange, Outcome& outcome) {
  const bool unread = !exchange.head_read || !exchange.parser.body_done();
  const bool close = unread || !exchange.parser.keep_alive() || state_->draining;
  const Wire wire{close, !exchange.head_read || exchange.parser.http_1_1()};
  Prepared prepared = Prepare(*state_, *exchange.request, std::move(outcome), wire);
  SharedBuffer piece;
  // The first bytes are read before the head goes out: a source that fails at once is still answered with an error.
  if (prepared.source && !co_await ReadSource(prepared, 0, piece)) {
    if (gone_) co_return false;
    prepared =
        Prepare(*state_, *exchange.request, Problem{500, "The file could not be read. Try again later.", ""}, wire);
  }
  std::uint64_t body_bytes = 0;
  const bool sent = co_await SendPrepared(prepared, piece, body_bytes);
  Record(exchange, {.status = prepared.status, .response_bytes = body_bytes, .aborted = !sent});
  if (sent && !prepared.close) co_return true;
  // Of a client that was too slow nothing is under way, and it gets no more time.
  const bool slow = prepared.status == 408;
  if (sent && !slow && (unread || !in_.empty())) co_await Drain();
  co_return false;
}

asio::awaitable<bool> Connection::SendPrepared(const Prepared& prepared, SharedBuffer& piece,
                                               std::uint64_t& body_bytes) {
  if (!co_await WriteAll(prepared.text)) co_return false;
  body_bytes = prepared.text.size() - prepared.head_bytes;
  if (prepared.stream) co_return co_await SendStream(prepared, body_bytes);
  if (!prepared.source) co_return true;
  for (;;) {
    const std::string_view bytes(reinterpret_cast<const char*>(piece.bytes.get()), piece.size);
    if (!co_await WriteAll(bytes)) co_return false;
    body_bytes += piece.size;
    if (body_bytes == prepared.count) co_return true;
    if (!co_await ReadSource(prepared, body_bytes, piece)) co_return false;
  }
}

// False when the source fails or is shorter than it said: the promised Content-Length can no longer be kept.
asio::awaitable<bool> Connection::ReadSource(const Prepared& prepared, std::uint64_t offset, SharedBuffer& piece) {
  if (!piece.bytes) piece.bytes = std::make_shared_for_overwrite<std::byte[]>(kPieceBytes);
  piece.size = std::min<std::uint64_t>(kPieceBytes, prepared.count - offset);
  auto box = MakeBox<ReadEnd>();
  PostRead(state_, prepared.source, prepared.first + offset, piece, box);
  const std::optional<ReadEnd> end = co_await Await(box);
  if (!end) co_return false;
  if (end->has_value() && **end == piece.size) co_return true;
  log::Error("response_source_failed", {{"what", *end ? "shorter than its size" : end->error().message.c_str()}});
  co_return false;
}

asio::awaitable<bool> Connection::WriteAll(std::string_view bytes) {
  timed_out_ = false;
  while (!bytes.empty() && !gone_) {
    deadline_ = Clock::now() + state_->options.write_timeout;
    boost::system::error_code error;
    const std::size_t written = co_await socket_.async_write_some(asio::buffer(bytes.data(), bytes.size()),
                                                                  asio::redirect_error(asio::use_awaitable, error));
    deadline_ = Clock::time_point::max();
    bytes.remove_prefix(written);
    if (error) gone_ = true;
  }
  co_return !gone_;
}

// More bytes into in_. False when none came: timed_out_, or else gone_.
asio::awaitable<bool> Connection::Fill(Clock::time_point deadline) {
  if (gone_) co_return false;
  timed_out_ = false;
  deadline_ = deadline;
  const std::span<char> space = in_.Space();
  boost::system::error_code error;
  const std::size_t count = co_await socket_.async_read_some(asio::buffer(space.data(), space.size()),
                                                             asio::redirect_error(asio::use_awaitable, error));
  deadline_ = Clock::time_point::max();
  in_.Filled(count);
  if (error && !timed_out_) gone_ = true;
  co_return !error;
}

std::move_only_function<void()> Connection::MakeWake() {
  return [self = shared_from_this()]() mutable {
    // The reference moves on to the I/O thread, so that the last one is never dropped on another.
    asio::io_context& context = self->context_;
    asio::post(context, [self = std::move(self)] { self->wake_.cancel(); });
  };
}

void Connection::Record(const Exchange& exchange, AccessRecord record) {
  if (!state_->hooks.access) return;
  const Request& request = *exchange.request;
  record.method = request.method;
  record.route = request.route;
  record.path = request.path;
  record.request_bytes = exchange.body_bytes;
  record.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - exchange.begin);
  record.request_id = request.request_id;
  record.remote_address = request.remote_address;
  state_->hooks.access(record);
}

}  // namespace intelliclinix::http
