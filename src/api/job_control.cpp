#include "api/job_control.h"

#include "api/errors.h"
#include "api/request.h"
#include "api/start.h"

namespace intelliclinix::api {
namespace {

Result<http::Reply> Cancel(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(ExpectNothing(request));
  IC_ASSIGN_OR_RETURN(const ObjectId id, PathId(request, "id", "inference"));
  IC_ASSIGN_OR_RETURN(const records::InferenceStatus status,
                      context.store.CancelInference(user.id, id, context.clock.Now()));
  context.dispatcher.Abandon(id);
  const bool ended = records::IsFinal(status);
  http::Response response =
      JsonResponse(202, {{"message", ended ? "Inference cancelled" : "Inference is being cancelled"},
                         {"inference_id", id.ToString()},
                         {"status", records::StatusName(status)}});
  response.headers.Set("Location", InferencePath(id));
  return response;
}

Result<http::Reply> Retry(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(ExpectNothing(request));
  IC_ASSIGN_OR_RETURN(const ObjectId id, PathId(request, "id", "inference"));
  IC_ASSIGN_OR_RETURN(const bool full, IsQueueFull(context, user.id));
  if (full) return QueueFullResponse(context, request);
  IC_ASSIGN_OR_RETURN(const int images, context.store.RetryFailedImages(user.id, id));
  DispatchInference(context, id);
  http::Response response = JsonResponse(
      202, {{"message", "The failed images are queued again"}, {"inference_id", id.ToString()}, {"images", images}});
  response.headers.Set("Location", InferencePath(id));
  return response;
}

Result<http::Reply> Delete(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  IC_ASSIGN_OR_RETURN(const ObjectId id, PathId(request, "id", "inference"));
  IC_RETURN_IF_ERROR(CancelBeforeDeletion(context, user.id, id));
  IC_RETURN_IF_ERROR(context.store.DeleteInference(user.id, id));
  context.dispatcher.Abandon(id);
  return JsonResponse(200, {{"message", "Inference deleted"}});
}

}  // namespace

Status CancelBeforeDeletion(Context& context, ObjectId owner, ObjectId inference) {
  const auto cancelled = context.store.CancelInference(owner, inference, context.clock.Now());
  if (!cancelled && cancelled.error().code != ErrorCode::kConflict) return std::unexpected(cancelled.error());
  return {};
}

void AddJobControlRoutes(http::Router& router, Context& context) {
  using Function = Result<http::Reply> (*)(Context&, const http::Request&, const records::User&);
  const auto add = [&](const char* method, const char* pattern, Function function) {
    router.Handle(method, pattern,
                  SignedIn(context, [&context, function](http::Request& request, const records::User& user) {
                    return function(context, request, user);
                  }));
  };
  add("POST", "/api/inferences/{id}/cancel", Cancel);
  add("POST", "/api/inferences/{id}/retry", Retry);
  add("DELETE", "/api/inferences/{id}", Delete);
}

}  // namespace intelliclinix::api
