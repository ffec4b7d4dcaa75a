// One connection: its requests, one after the other, as a coroutine.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>  // before Asio, which needs std::exchange and does not include it

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/blocking_work.h"
#include "http/exchange.h"
#include "http/prepare.h"
#include "http/read_buffer.h"

namespace intelliclinix::http {

namespace asio = boost::asio;

/// Reads requests, has them answered, writes the answers, until the client or the server wants no more.
/// An empty result of a private coroutine means that nothing more can be said to this client (gone_). Coroutines here
/// take arguments by reference, named in the caller: g++ 12 destroys temporaries of a co_await expression twice.
/// Threads: its I/O thread only.
/// Owns: the socket. Kept alive by its coroutine.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(asio::io_context& context, asio::ip::tcp::socket socket, std::shared_ptr<ServerState> state);

  /// Serves until the connection is over.
  static asio::awaitable<void> Run(std::shared_ptr<Connection> self);

  /// Gives up what the connection waits for, if that is overdue.
  void CheckDeadline(Clock::time_point now);
  /// Ends the connection if no request has begun, or the response is a stream without an end of its own. The server is
  /// draining.
  void CloseIfIdle();
  /// Ends the connection now, whatever it does.
  void Cut();

 private:
  using Answered = asio::awaitable<std::optional<Outcome>>;

  // connection.cpp: heads, routing, the order of things
  asio::awaitable<void> Serve();
  asio::awaitable<bool> WaitForRequest();
  asio::awaitable<bool> ServeOne();
  Answered Answer(Exchange& exchange);
  asio::awaitable<std::optional<Problem>> ReadHead(Exchange& exchange);
  std::optional<Problem> ParseHead(Exchange& exchange, std::size_t head_bytes);
  std::optional<Outcome> Route(Exchange& exchange);

  // connection_body.cpp: request bodies and the handlers that take them
  Answered RunHandler(Exchange& exchange);
  Answered CheckHeadFirst(Exchange& exchange);
  Answered RunUpload(Exchange& exchange);
  Answered PumpBody(Exchange& exchange, UploadPtr& upload);
  asio::awaitable<std::optional<Problem>> ReadWholeBody(Exchange& exchange);
  asio::awaitable<BodyPiece> ReadPiece(Exchange& exchange, std::span<std::byte> out);
  asio::awaitable<bool> SendContinue(Exchange& exchange);
  asio::awaitable<void> Drain();

  // connection_io.cpp: bytes, waiting, responses
  asio::awaitable<bool> SendResponse(Exchange& exchange, Outcome& outcome);
  asio::awaitable<bool> SendPrepared(const Prepared& prepared, SharedBuffer& piece, std::uint64_t& body_bytes);
  asio::awaitable<bool> ReadSource(const Prepared& prepared, std::uint64_t offset, SharedBuffer& piece);
  asio::awaitable<bool> SendStream(const Prepared& prepared, std::uint64_t& body_bytes);
  asio::awaitable<TextStream::Piece> NextPiece(TextStream& stream);
  void WatchForHangUp();
  asio::awaitable<bool> WriteAll(std::string_view bytes);
  asio::awaitable<bool> Fill(Clock::time_point deadline);
  void Record(const Exchange& exchange, AccessRecord record);

  /// Wakes this connection from any thread, once.
  std::move_only_function<void()> MakeWake();
  /// A mailbox that wakes this connection.
  template <typename T>
  std::shared_ptr<Mailbox<T>> MakeBox();
  /// What comes into the mailbox; nothing when the connection is cut.
  template <typename T>
  asio::awaitable<std::optional<T>> Await(const std::shared_ptr<Mailbox<T>>& box);

  asio::io_context& context_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer wake_;  // expires for a silent stream only; cancelled when there is something to do
  std::shared_ptr<ServerState> state_;
  std::string remote_address_;
  ReadBuffer in_;
  Clock::time_point deadline_ = Clock::time_point::max();  // of the socket operation that is under way
  Clock::time_point head_deadline_;
  bool fresh_ = true;  // no request has come yet
  bool idle_ = true;
  bool streaming_ = false;  // the response is a TextStream
  bool watching_ = false;   // it ends at once when the client hangs up
  bool timed_out_ = false;
  bool gone_ = false;  // the client hung up, or the server cut the connection
};

template <typename T>
std::shared_ptr<Mailbox<T>> Connection::MakeBox() {
  return std::make_shared<Mailbox<T>>(MakeWake());
}

template <typename T>
asio::awaitable<std::optional<T>> Connection::Await(const std::shared_ptr<Mailbox<T>>& box) {
  std::optional<T> value;
  while (!gone_) {
    value = box->Take();
    if (value) break;
    boost::system::error_code cancelled;
    co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
  box->Close();
  co_return value;
}

}  // namespace intelliclinix::http
