#include <array>
#include <cstdio>

#include "http/connection.h"

namespace intelliclinix::http {
namespace {

/// A chunk of chunked coding (RFC 9112 section 7.1).
std::string Chunk(std::string_view text) {
  std::array<char, 24> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", text.size());
  return std::string(size.data()).append(text).append("\r\n");
}

}  // namespace

asio::awaitable<bool> Connection::SendStream(const Prepared& prepared, std::uint64_t& body_bytes) {
  in_.Release();
  streaming_ = true;
  watching_ = true;
  WatchForHangUp();
  TextStream::Piece piece;
  while (!gone_ && !piece.last) {
    piece = co_await NextPiece(*prepared.stream);
    if (piece.text.empty()) continue;
    const std::string bytes = prepared.chunked ? Chunk(piece.text) : std::move(piece.text);
    if (co_await WriteAll(bytes)) body_bytes += bytes.size();
  }
  streaming_ = false;
  watching_ = false;
  prepared.stream->Detach();
  wake_.expires_at(Clock::time_point::max());
  if (gone_ || piece.broken) co_return false;
  const std::string_view end = prepared.chunked ? "0\r\n\r\n" : "";
  co_return co_await WriteAll(end);
}

// Waits for text, or until the client must hear that the connection still lives. Empty when it does not.
asio::awaitable<TextStream::Piece> Connection::NextPiece(TextStream& stream) {
  const Clock::time_point deadline = Clock::now() + stream.options().idle;
  TextStream::Piece piece;
  while (!gone_) {
    piece = stream.Take(MakeWake());
    piece.last = piece.last || state_->draining;
    if (piece.last || !piece.text.empty()) break;
    if (Clock::now() >= deadline) {
      piece.text = stream.options().idle_text;
      break;
    }
    wake_.expires_at(deadline);
    boost::system::error_code cancelled;
    co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
  co_return piece;
}

// A client that is told something only now and then, or late, would else be missed only then. Bytes that come are a
// next request: it is read in its turn, and from there on only writing finds out.
void Connection::WatchForHangUp() {
  socket_.async_wait(asio::ip::tcp::socket::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       boost::system::error_code ignored;
                       if (error || !self->watching_) return;
                       if (self->socket_.available(ignored) == 0) self->Cut();
                     });
}

}  // namespace intelliclinix::http
