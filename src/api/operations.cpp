#include "api/operations.h"

#include "api/errors.h"
#include "api/metrics.h"
#include "api/openapi.h"
#include "api/request.h"

namespace intelliclinix::api {
namespace {

/// Why the server cannot do its work now; empty when it can. Details are in the log, not for everybody to read.
std::vector<std::string> NotReadyReasons(const Context& context) {
  std::vector<std::string> reasons;
  if (!context.store.Ping()) reasons.emplace_back("The store does not answer.");
  if (context.catalogue.entries().empty()) reasons.emplace_back("There is no model in the catalogue.");
  for (const records::ModelEntry& model : context.catalogue.entries()) {
    if (context.registry.Find(model.runner_name) == nullptr) continue;
    const std::optional<runners::ModelCheck> check = context.catalogue.Check(model.id);
    if (!check) {
      reasons.push_back("The model '" + model.id + "' is being loaded and tested.");
    } else if (!check->report) {
      reasons.push_back("The model '" + model.id + "' is not fit to run; the log says why.");
    }
  }
  return reasons;
}

Result<http::Reply> Health(const Context& context) {
  return JsonResponse(200, {{"status", "ok"}, {"version", context.options.version}});
}

Result<http::Reply> Ready(const Context& context, const http::Request& request) {
  const std::vector<std::string> reasons = NotReadyReasons(context);
  if (reasons.empty()) return JsonResponse(200, {{"status", "ready"}});
  std::string detail = "The server is not ready.";
  for (const std::string& reason : reasons) detail += " " + reason;
  return ProblemResponse(503, {ErrorCode::kUnavailable, std::move(detail), ""}, request, {{"reasons", reasons}});
}

Result<http::Reply> ShowMetrics(const Context& context) {
  ProcessState state{.version = context.options.version, .open_tasks = {}, .tasks = context.dispatcher.counts()};
  if (const Result<int> open = context.store.CountOpenTasks()) state.open_tasks = *open;
  http::Response response{.body = context.metrics.Render(state)};
  response.headers.Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  return response;
}

Result<http::Reply> ShowOpenApi() {
  http::Response response{.body = std::string(OpenApiJson())};
  response.headers.Set("Content-Type", "application/json");
  return response;
}

}  // namespace

void AddOperationsRoutes(http::Router& router, Context& context) {
  router.Handle("GET", "/health", Public([&context](http::Request&) { return Health(context); }), {.immediate = true});
  router.Handle("GET", "/ready", Public([&context](http::Request& request) { return Ready(context, request); }));
  router.Handle("GET", "/metrics", Public([&context](http::Request&) { return ShowMetrics(context); }));
  router.Handle("GET", "/api/openapi.json", Public([](http::Request&) { return ShowOpenApi(); }));
}

}  // namespace intelliclinix::api
