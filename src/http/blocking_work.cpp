#include "http/blocking_work.h"

#include <exception>
#include <span>
#include <string>

#include "base/log.h"

namespace intelliclinix::http {
namespace {

Problem NotAnswered() { return Problem{500, "The server failed to answer this request. Try again later.", ""}; }

Problem LogFailure(const Request& request, std::string_view what) {
  log::Error("handler_failed", {{"request_id", request.request_id}, {"route", request.route}, {"what", what}});
  return NotAnswered();
}

// Answers 500 when whoever was to answer forgets.
class SendOnce {
 public:
  explicit SendOnce(std::shared_ptr<OutcomeBox> box) : box_(std::move(box)) {}
  SendOnce(SendOnce&& other) noexcept = default;
  SendOnce& operator=(SendOnce&&) = delete;
  ~SendOnce() {
    if (box_) box_->Put(NotAnswered());
  }
  void operator()(Response response) {
    if (box_) box_->Put(std::move(response));
    box_.reset();
  }

 private:
  std::shared_ptr<OutcomeBox> box_;
};

void Deliver(Reply reply, const std::shared_ptr<OutcomeBox>& box) {
  if (auto* response = std::get_if<Response>(&reply)) return box->Put(std::move(*response));
  std::get<Deferred>(reply).start(SendOnce(box));
}

// Runs `call`; what it throws becomes what `recover` makes of the problem.
template <typename Call, typename Recover>
void Guard(const Request& request, Call call, Recover recover) {
  try {
    call();
  } catch (const std::exception& error) {
    recover(LogFailure(request, error.what()));
  } catch (...) {
    recover(LogFailure(request, "an exception that is not a std::exception"));
  }
}

}  // namespace

Upload::~Upload() {
  if (!sink_) return;
  ThreadPool& pool = state_->blocking;
  pool.Post([state = std::move(state_), request = std::move(request_), sink = std::move(sink_)]() mutable {
    sink.reset();  // before the request that it may refer to
  });
}

void PostHandler(const StatePtr& state, const Route& route, RequestPtr request, std::shared_ptr<OutcomeBox> box) {
  auto run = [state, &route, request = std::move(request), box = std::move(box)] {
    Guard(
        *request, [&] { Deliver(std::get<Handler>(route.handler)(*request), box); },
        [&](Problem problem) { box->Put(std::move(problem)); });
  };
  if (route.options.immediate) return run();
  state->blocking.Post(std::move(run));
}

void PostHeadCheck(const StatePtr& state, const Route& route, RequestPtr request,
                   std::shared_ptr<Mailbox<CheckEnd>> box) {
  state->blocking.Post([&route, request = std::move(request), box = std::move(box)] {
    const auto check = [&] { box->Put(CheckEnd(route.check_head(*request))); };
    Guard(*request, check, [&](Problem problem) { box->Put(CheckEnd(std::move(problem))); });
  });
}

void PostUploadStart(const StatePtr& state, const Route& route, RequestPtr request,
                     std::shared_ptr<Mailbox<UploadStart>> box) {
  state->blocking.Post([state, &route, request = std::move(request), box = std::move(box)] {
    const auto start = [&] {
      auto answer = std::get<UploadHandler>(route.handler)(*request);
      if (auto* response = std::get_if<Response>(&answer)) return box->Put(Outcome(std::move(*response)));
      auto& sink = std::get<std::unique_ptr<BodySink>>(answer);
      if (!sink) return box->Put(Outcome(LogFailure(*request, "an upload handler without a sink")));
      box->Put(std::make_shared<Upload>(state, request, std::move(sink)));
    };
    Guard(*request, start, [&](Problem problem) { box->Put(Outcome(std::move(problem))); });
  });
}

void PostWrite(const StatePtr& state, UploadPtr upload, SharedBuffer piece, std::shared_ptr<Mailbox<WriteEnd>> box) {
  state->blocking.Post([upload = std::move(upload), piece = std::move(piece), box = std::move(box)] {
    const auto fail = [&](Outcome outcome) {
      upload->Discard();
      box->Put(std::move(outcome));
    };
    const auto write = [&] {
      Status status = upload->sink().Write(std::span(piece.bytes.get(), piece.size));
      if (!status) return fail(std::move(status).error());
      box->Put(std::nullopt);
    };
    Guard(*upload->request(), write, [&](Problem problem) { fail(std::move(problem)); });
  });
}

void PostRefuse(const StatePtr& state, UploadPtr upload, Problem problem, std::shared_ptr<Mailbox<WriteEnd>> box) {
  state->blocking.Post([upload = std::move(upload), problem = std::move(problem), box = std::move(box)]() mutable {
    upload->Discard();
    box->Put(std::move(problem));
  });
}

void PostFinish(const StatePtr& state, UploadPtr upload, std::shared_ptr<OutcomeBox> box) {
  state->blocking.Post([upload = std::move(upload), box = std::move(box)] {
    const auto finish = [&] {
      Reply reply = upload->sink().Finish();
      upload->Discard();
      Deliver(std::move(reply), box);
    };
    const auto recover = [&](Problem problem) {
      upload->Discard();
      box->Put(std::move(problem));
    };
    Guard(*upload->request(), finish, recover);
  });
}

void PostRead(const StatePtr& state, std::shared_ptr<ByteSource> source, std::uint64_t offset, SharedBuffer buffer,
              std::shared_ptr<Mailbox<ReadEnd>> box) {
  state->blocking.Post([source = std::move(source), offset, buffer = std::move(buffer), box = std::move(box)] {
    try {
      box->Put(source->ReadAt(offset, std::span(buffer.bytes.get(), buffer.size)));
    } catch (const std::exception& error) {
      box->Put(Fail(ErrorCode::kInternal, error.what()));
    }
  });
}

}  // namespace intelliclinix::http
