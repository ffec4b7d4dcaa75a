#include "api/events.h"

#include <map>
#include <utility>

#include "api/errors.h"
#include "api/progress.h"
#include "api/request.h"
#include "records/json_codec.h"

namespace intelliclinix::api {
namespace {

/// A client whose stream ended, as it does when the server stops, comes again after this time.
constexpr std::string_view kPreamble = "retry: 2000\n\n";

/// Others end before, so the place of a queued one moves; this often the store is asked for it.
constexpr std::chrono::seconds kAskPlace{5};

std::string_view EventName(records::InferenceStatus status) {
  if (!records::IsFinal(status)) return "progress";
  return records::StatusName(status);
}

/// The places of queued inferences. However many clients watch one, the store is asked for it now and then.
/// Threads: one at a time, as watchers are called.
class QueuePlaces {
 public:
  explicit QueuePlaces(store::Store& store) : store_(store) {}

  std::optional<int> Find(ObjectId inference, TimePoint now) {
    std::erase_if(places_, [now](const auto& entry) { return now >= entry.second.until; });
    const auto [found, is_new] = places_.try_emplace(inference, Place{now + kAskPlace, std::nullopt});
    if (is_new) found->second.place = store_.QueuePosition(inference).value_or(std::nullopt);
    return found->second.place;
  }

 private:
  struct Place {
    TimePoint until;
    std::optional<int> place;
  };

  store::Store& store_;
  std::map<ObjectId, Place> places_;
};

/// What all streams share.
struct Streams {
  explicit Streams(Context& context) : open(context.options.limits.max_event_streams), places(context.store) {}
  EventStreams open;
  QueuePlaces places;
};

/// What one client is told, by a watcher of the dispatcher.
class Feed {
 public:
  Feed(Context& context, const std::shared_ptr<Streams>& streams, ObjectId inference,
       const std::shared_ptr<http::TextStream>& stream, std::string seen)
      : context_(context),
        streams_(streams),
        inference_(inference),
        stream_(stream),
        seen_(std::move(seen)),
        end_(context.clock.Now() + context.options.token_lifetime) {}

  /// Whether the client is to be told more.
  bool Show(const dispatch::Sight& sight) {
    const std::shared_ptr<http::TextStream> stream = stream_.lock();
    if (!stream) return false;  // the client has gone
    const bool more = Tell(*stream, sight);
    if (!more) stream->Close();
    return more;
  }

 private:
  bool Tell(http::TextStream& stream, const dispatch::Sight& sight) {
    const TimePoint now = context_.clock.Now();
    // A stream outlives the token that it was opened with by no more than the token's life.
    if (sight.stopping || now >= end_) return false;
    const store::InferenceState state = sight.state == nullptr ? Gone() : WorkedOut(*sight.state, now);
    const std::string id = EventId(state);
    if (id != seen_) stream.Write(EventText(state));
    seen_ = id;
    return !records::IsFinal(state.status);
  }

  store::InferenceState Gone() const {
    store::InferenceState state;
    state.id = inference_;
    state.status = records::InferenceStatus::kFailed;
    state.error = {"deleted", "The inference was deleted before it ended."};
    return state;
  }

  store::InferenceState WorkedOut(store::InferenceState state, TimePoint now) {
    state.progress.eta_s = EstimateSeconds(state, now);
    if (state.status != records::InferenceStatus::kQueued) return state;
    state.progress.queue_position = streams_->places.Find(state.id, now);
    return state;
  }

  Context& context_;
  const std::shared_ptr<Streams> streams_;
  const ObjectId inference_;
  const std::weak_ptr<http::TextStream> stream_;
  std::string seen_;
  const TimePoint end_;
};

http::Response TooManyStreams(const Context& context, const http::Request& request) {
  const std::string limit = std::to_string(context.options.limits.max_event_streams);
  return TooManyResponse({ErrorCode::kResourceExhausted,
                          "You have " + limit +
                              " streams of events open, and more are not permitted. Close one, or ask for the "
                              "inference now and then.",
                          ""},
                         std::chrono::seconds(10), request);
}

http::Response StreamResponse(std::shared_ptr<http::TextStream> stream) {
  http::Response response{.body = std::move(stream)};
  response.headers.Set("Content-Type", "text/event-stream; charset=utf-8");
  response.headers.Set("X-Accel-Buffering", "no");  // nginx would else hold events back
  return response;
}

Result<http::Reply> Events(Context& context, const std::shared_ptr<Streams>& streams, const http::Request& request,
                           const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  IC_ASSIGN_OR_RETURN(const ObjectId id, PathId(request, "id", "inference"));
  IC_ASSIGN_OR_RETURN(const records::Inference inference, context.store.GetInference(user.id, id));
  std::string seen(request.Header("Last-Event-ID"));
  // To whoever has seen the end there is nothing to say; 204 keeps an EventSource from coming again.
  if (records::IsFinal(inference.status) && seen == EventId(StateOf(inference))) return http::Response{.status = 204};
  const std::shared_ptr<http::TextStream> stream = streams->open.Open(user.id);
  if (!stream) return TooManyStreams(context, request);
  stream->Write(kPreamble);
  const auto feed = std::make_shared<Feed>(context, streams, id, stream, std::move(seen));
  context.dispatcher.Watch(id, [feed](const dispatch::Sight& sight) { return feed->Show(sight); });
  return StreamResponse(stream);
}

}  // namespace

std::shared_ptr<http::TextStream> EventStreams::Open(ObjectId user) {
  const std::lock_guard lock(mutex_);
  for (auto& [owner, streams] : streams_) {
    std::erase_if(streams, [](const std::weak_ptr<http::TextStream>& stream) { return stream.expired(); });
  }
  std::erase_if(streams_, [](const auto& entry) { return entry.second.empty(); });
  std::vector<std::weak_ptr<http::TextStream>>& streams = streams_[user];
  if (streams.size() >= max_per_user_) return nullptr;
  // A comment, which clients pass over.
  auto stream = std::make_shared<http::TextStream>(http::TextStreamOptions{.idle_text = ": still here\n\n"});
  streams.push_back(stream);
  return stream;
}

std::string EventId(const store::InferenceState& state) {
  std::string id = std::to_string(state.attempt) + "." + std::string(records::StatusName(state.status)) + "." +
                   std::to_string(state.progress.images_done) + "." + std::to_string(state.progress.tiles_done);
  if (state.cancel_requested) id += ".cancelled";
  if (state.progress.queue_position) id += "." + std::to_string(*state.progress.queue_position);
  return id;
}

std::string EventText(const store::InferenceState& state) {
  const Json document = {{"inference_id", state.id.ToString()},
                         {"status", records::StatusName(state.status)},
                         {"cancel_requested", state.cancel_requested},
                         {"attempt", state.attempt},
                         {"progress", ProgressDocument(state.status, state.progress)},
                         {"error", state.error ? records::ToJson(*state.error) : Json(nullptr)}};
  // JSON in one line: a line break would end the event's data.
  return "id: " + EventId(state) + "\nevent: " + std::string(EventName(state.status)) +
         "\ndata: " + DumpJson(document) + "\n\n";
}

void AddEventRoutes(http::Router& router, Context& context) {
  const auto streams = std::make_shared<Streams>(context);
  router.Handle("GET", "/api/inferences/{id}/events",
                SignedIn(context, [&context, streams](http::Request& request, const records::User& user) {
                  return Events(context, streams, request, user);
                }));
}

}  // namespace intelliclinix::api
