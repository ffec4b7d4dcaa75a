#include "api/start_reply.h"

#include <algorithm>

#include "api/errors.h"
#include "http/text.h"

namespace intelliclinix::api {
namespace {

/// What an answer needs of a request that may be gone when it is made.
struct Waiting {
  ObjectId inference_id;
  ObjectId owner_id;
  http::Request request;  ///< its names only, no body
};

std::string PathOf(ObjectId inference) { return "/api/inferences/" + inference.ToString(); }

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
                        PathOf(waiting.inference_id) + " then.",
                    ""});
}

http::Response FailedResponse(const Waiting& waiting, const records::Inference& inference) {
  const std::string& reason = inference.error ? inference.error->detail : inference.notes;
  return ProblemOf(waiting, 500, {ErrorCode::kInternal, reason.empty() ? "The inference failed." : reason, ""});
}

http::Response EndResponse(Context& context, const Waiting& waiting, dispatch::WaitEnd end) {
  const Result<records::Inference> inference = context.store.GetInference(waiting.owner_id, waiting.inference_id);
  if (!inference && inference.error().code == ErrorCode::kNotFound) {
    return ProblemOf(waiting, 404, {ErrorCode::kNotFound, "The inference was deleted before it ended.", ""});
  }
  if (!inference) return ErrorResponse(inference.error(), waiting.request);
  if (inference->status == records::InferenceStatus::kFailed) return FailedResponse(waiting, *inference);
  if (end == dispatch::WaitEnd::kStopping && !records::IsFinal(inference->status)) return StoppingResponse(waiting);
  return JsonResponse(200, {{"message", "Inference job completed"}, {"inference_id", waiting.inference_id.ToString()}});
}

http::Response QueuedResponse(ObjectId inference) {
  http::Response response =
      JsonResponse(202, {{"message", "Inference job queued"}, {"inference_id", inference.ToString()}});
  response.headers.Set("Location", PathOf(inference));
  response.headers.Set("Preference-Applied", "respond-async");
  return response;
}

Waiting WaitingOf(const http::Request& request, const records::Inference& inference) {
  Waiting waiting{inference.id, inference.owner_id, {}};
  waiting.request.method = request.method;
  waiting.request.path = request.path;
  waiting.request.route = request.route;
  waiting.request.request_id = request.request_id;
  return waiting;
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

http::Reply StartReply(Context& context, const http::Request& request, const records::Inference& inference) {
  if (PrefersAsync(request.Header("Prefer"))) return QueuedResponse(inference.id);
  return http::Deferred{[&context, waiting = WaitingOf(request, inference)](http::Send send) mutable {
    const ObjectId id = waiting.inference_id;
    context.dispatcher.WhenFinished(
        id, [&context, waiting = std::move(waiting), send = std::move(send)](dispatch::WaitEnd end) mutable {
          send(EndResponse(context, waiting, end));
        });
  }};
}

}  // namespace intelliclinix::api
