// What runs on the blocking pool: handlers, sinks, reads of a source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

#include "http/mailbox.h"
#include "http/message.h"
#include "http/router.h"
#include "http/server_state.h"

namespace intelliclinix::http {

/// How a request was answered; problems and errors are rendered later.
using Outcome = std::variant<Response, Problem, Error>;
using OutcomeBox = Mailbox<Outcome>;

using StatePtr = std::shared_ptr<const ServerState>;
using RequestPtr = std::shared_ptr<Request>;

/// A sink with what it needs to live, destroyed on the blocking pool wherever it is let go.
class Upload {
 public:
  Upload(StatePtr state, RequestPtr request, std::unique_ptr<BodySink> sink)
      : state_(std::move(state)), request_(std::move(request)), sink_(std::move(sink)) {}
  ~Upload();
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  const RequestPtr& request() const { return request_; }
  BodySink& sink() { return *sink_; }
  /// Destroys the sink. Threads: the pool's.
  void Discard() { sink_.reset(); }

 private:
  StatePtr state_;
  RequestPtr request_;
  std::unique_ptr<BodySink> sink_;
};
using UploadPtr = std::shared_ptr<Upload>;

/// Bytes that a task on the pool reads or fills while a connection may already be gone.
struct SharedBuffer {
  std::shared_ptr<std::byte[]> bytes;
  std::size_t size = 0;
};

/// Each posts one task to the pool and puts its result in the box. What a handler throws becomes a 500 and a log line.
/// The handler of a route that is immediate runs here and now.
void PostHandler(const StatePtr& state, const Route& route, RequestPtr request, std::shared_ptr<OutcomeBox> box);

/// Runs the route's check of the head. Puts nothing when it lets the request in.
using CheckEnd = std::optional<Outcome>;
void PostHeadCheck(const StatePtr& state, const Route& route, RequestPtr request,
                   std::shared_ptr<Mailbox<CheckEnd>> box);

using UploadStart = std::variant<Outcome, UploadPtr>;
void PostUploadStart(const StatePtr& state, const Route& route, RequestPtr request,
                     std::shared_ptr<Mailbox<UploadStart>> box);

/// Puts nothing when the sink took the bytes. A sink that fails is destroyed before its error is put.
using WriteEnd = std::optional<Outcome>;
void PostWrite(const StatePtr& state, UploadPtr upload, SharedBuffer piece, std::shared_ptr<Mailbox<WriteEnd>> box);

/// Destroys the sink, then puts the problem.
void PostRefuse(const StatePtr& state, UploadPtr upload, Problem problem, std::shared_ptr<Mailbox<WriteEnd>> box);

void PostFinish(const StatePtr& state, UploadPtr upload, std::shared_ptr<OutcomeBox> box);

using ReadEnd = Result<std::size_t>;
void PostRead(const StatePtr& state, std::shared_ptr<ByteSource> source, std::uint64_t offset, SharedBuffer buffer,
              std::shared_ptr<Mailbox<ReadEnd>> box);

}  // namespace intelliclinix::http
