#include "api/start_reply.h"

#include <algorithm>

#include "api/errors.h"
#include "api/request.h"
#include "http/text.h"

namespace intelliclinix::api {
namespace {

/// What an answer needs of a request that may be gone when it is made.
struct Waiting {
  ObjectId inference_id;
  http::Request request;  ///< its head
};

// The text before the first comma that is not in quotes.
std::string_view FirstListItem(std::string_view list) {
  bool quoted = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == '"') quoted = !quoted;
    if (quoted && list[i] == '\\') ++i;
    if (!quoted && i < list.size() && list[i] == ',') return list.substr(0, i);
  }
  return list;
}

http::Response ProblemOf(const Waiting& waiting, int status, const Error& error) {
  return ProblemResponse(status, error, waiting.request, {{"inference_id", waiting.inference_id.ToString()}});
}

http::Response StoppingResponse(const Waiting& waiting) {
  return ProblemOf(waiting, 503,
                   {ErrorCode::kUnavailable,
                    "The server is stopping. The inference goes on when it runs again; look at " +
                        InferencePath(waiting.inference_id) + " then.",
                    ""});
}

http::Response EndResponse(const Waiting& waiting, const dispatch::Sight& sight) {
  if (sight.stopping) return StoppingResponse(waiting);
  if (sight.state == nullptr) {
    return ProblemOf(waiting, 404, {ErrorCode::kNotFound, "The inference was deleted before it ended.", ""});
  }
  if (sight.state->status == records::InferenceStatus::kFailed) {
    const std::string reason = sight.state->error ? sight.state->error->detail : "The inference failed.";
    return ProblemOf(waiting, 500, {ErrorCode::kInternal, reason, ""});
  }
  return JsonResponse(200, {{"message", "Inference job completed"}, {"inference_id", waiting.inference_id.ToString()}});
}

http::Response QueuedResponse(ObjectId inference) {
  http::Response response =
      JsonResponse(202, {{"message", "Inference job queued"}, {"inference_id", inference.ToString()}});
  response.headers.Set("Location", InferencePath(inference));
  response.headers.Set("Preference-Applied", "respond-async");
  return response;
}

}  // namespace

bool PrefersAsync(std::string_view prefer) {
  while (!prefer.empty()) {
    const std::string_view item = FirstListItem(prefer);
    const std::string_view preference = http::TrimBlanks(item.substr(0, item.find(';')));
    if (http::EqualsIgnoreCase(preference, "respond-async")) return true;
    prefer.remove_prefix(std::min(item.size() + 1, prefer.size()));
  }
  return false;
}

http::Reply StartReply(Context& context, const http::Request& request, ObjectId inference) {
  if (PrefersAsync(request.Header("Prefer"))) return QueuedResponse(inference);
  return http::Deferred{[&context, waiting = Waiting{inference, HeadOf(request)}](http::Send send) mutable {
    const ObjectId id = waiting.inference_id;
    context.dispatcher.Watch(
        id, [waiting = std::move(waiting), send = std::move(send)](const dispatch::Sight& sight) mutable {
          if (sight.state != nullptr && !records::IsFinal(sight.state->status)) return true;
          send(EndResponse(waiting, sight));
          return false;
        });
  }};
}

}  // namespace intelliclinix::api
