#include <memory>

#include "api/cors.h"
#include "api/errors.h"
#include "api/metrics.h"
#include "api/routes.h"
#include "base/log.h"

namespace intelliclinix::api {
namespace {

// The query stays out: it may hold what people search for.
void LogRequest(const http::AccessRecord& record) {
  log::Info("request", {{"request_id", record.request_id},
                        {"method", record.method},
                        {"path", record.path},
                        {"route", record.route},
                        {"status", record.status},
                        {"request_bytes", static_cast<long long>(record.request_bytes)},
                        {"response_bytes", static_cast<long long>(record.response_bytes)},
                        {"duration_us", static_cast<long long>(record.duration.count())},
                        {"remote_address", record.remote_address},
                        {"aborted", record.aborted ? "true" : "false"}});
}

}  // namespace

http::Hooks MakeHooks(Metrics& metrics, const std::vector<std::string>& cors_origins) {
  const auto cors = std::make_shared<const Cors>(cors_origins);
  http::Hooks hooks;
  hooks.render_problem = [](const http::Problem& problem, const http::Request& request) {
    return ProblemResponse(problem.status, {ErrorCode::kInternal, problem.detail, problem.field}, request);
  };
  hooks.render_error = ErrorResponse;
  hooks.intercept = [cors](const http::Request& head) { return cors->Preflight(head); };
  hooks.finish = [cors](const http::Request& request, http::Response& response) { cors->Mark(request, response); };
  hooks.access = [&metrics](const http::AccessRecord& record) {
    metrics.CountRequest(record);
    LogRequest(record);
  };
  return hooks;
}

}  // namespace intelliclinix::api
