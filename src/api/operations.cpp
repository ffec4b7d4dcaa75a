#include "api/operations.h"

#include "api/errors.h"
#include "api/metrics.h"
#include "api/openapi.h"
#include "api/request.h"

namespace intelliclinix::api {
namespace {

/// Why the server cannot do its work now; empty when it can. Details are in the log, not for everybody to read.
std::vector<std::string> NotReadyReasons(const Operations& operations) {
  std::vector<std::string> reasons;
  if (!operations.store.Ping()) reasons.emplace_back("The store does not answer.");
  if (operations.catalogue.entries().empty()) reasons.emplace_back("There is no model in the catalogue.");
  for (const records::ModelEntry& model : operations.catalogue.entries()) {
    if (operations.registry.Find(model.runner_name) == nullptr) continue;
    const std::optional<runners::ModelCheck> check = operations.catalogue.Check(model.id);
    if (!check) {
      reasons.push_back("The model '" + model.id + "' is being loaded and tested.");
    } else if (!check->report) {
      reasons.push_back("The model '" + model.id + "' is not fit to run; the log says why.");
    }
  }
  return reasons;
}

Result<http::Reply> Health(const Operations& operations) {
  return JsonResponse(200, {{"status", "ok"}, {"version", operations.version}});
}

Result<http::Reply> Ready(const Operations& operations, const http::Request& request) {
  const std::vector<std::string> reasons = NotReadyReasons(operations);
  if (reasons.empty()) return JsonResponse(200, {{"status", "ready"}});
  std::string detail = "The server is not ready.";
  for (const std::string& reason : reasons) detail += " " + reason;
  return ProblemResponse(503, {ErrorCode::kUnavailable, std::move(detail), ""}, request, {{"reasons", reasons}});
}

Result<http::Reply> ShowMetrics(const Operations& operations) {
  ProcessState state{.version = operations.version, .open_tasks = {}, .tasks = operations.dispatcher.counts()};
  if (const Result<int> open = operations.store.CountOpenTasks()) state.open_tasks = *open;
  http::Response response{.body = operations.metrics.Render(state)};
  response.headers.Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  return response;
}

Result<http::Reply> ShowOpenApi() {
  http::Response response{.body = std::string(OpenApiJson())};
  response.headers.Set("Content-Type", "application/json");
  return response;
}

}  // namespace

void AddOperationsRoutes(http::Router& router, const Operations& operations) {
  router.Handle("GET", "/health", Public([operations](http::Request&) { return Health(operations); }),
                {.immediate = true});
  router.Handle("GET", "/ready", Public([operations](http::Request& request) { return Ready(operations, request); }));
  router.Handle("GET", "/metrics", Public([operations](http::Request&) { return ShowMetrics(operations); }));
}

void AddOpenApiRoute(http::Router& router) {
  router.Handle("GET", "/api/openapi.json", Public([](http::Request&) { return ShowOpenApi(); }));
}

}  // namespace intelliclinix::api
