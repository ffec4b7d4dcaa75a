#include "api/errors.h"

#include "base/log.h"
#include "base/public_message.h"
#include "http/status_text.h"

namespace intelliclinix::api {

int HttpStatus(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 400;
    case ErrorCode::kUnauthenticated:
      return 401;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
    case ErrorCode::kCancelled:
      return 409;
    case ErrorCode::kTooLarge:
      return 413;
    case ErrorCode::kInternal:
      return 500;
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kResourceExhausted:
      return 507;
  }
  return 500;
}

http::Response TooManyResponse(const Error& error, std::chrono::seconds wait, const http::Request& request) {
  http::Response response = ProblemResponse(429, error, request);
  response.headers.Set("Retry-After", std::to_string(wait.count()));
  return response;
}

http::Response JsonResponse(int status, const Json& body) {
  http::Response response{.status = status, .body = DumpJson(body)};
  response.headers.Set("Content-Type", "application/json");
  return response;
}

http::Response ProblemResponse(int status, const Error& error, const http::Request& request, const Json& extra) {
  // "about:blank": the status says what kind of problem it is (RFC 9457 section 4.2.1).
  Json body = {{"type", "about:blank"},
               {"title", http::StatusText(status)},
               {"status", status},
               {"detail", error.message},
               {"error", error.message}};
  if (!error.field.empty()) body["field"] = error.field;
  body["request_id"] = request.request_id;
  body.update(extra);
  http::Response response = JsonResponse(status, body);
  response.headers.Set("Content-Type", "application/problem+json");
  if (status == 401) response.headers.Set("WWW-Authenticate", "Bearer realm=\"intelliclinix\"");
  if (status == 503) response.headers.Set("Retry-After", "5");
  return response;
}

http::Response ErrorResponse(const Error& error, const http::Request& request) {
  const int status = HttpStatus(error.code);
  if (status < 500) return ProblemResponse(status, error, request);
  log::Error("request_failed", {{"request_id", request.request_id},
                                {"route", request.route},
                                {"code", ErrorCodeName(error.code)},
                                {"reason", error.message}});
  if (error.code != ErrorCode::kInternal) {
    return ProblemResponse(status, {error.code, PublicMessage(error), error.field}, request);
  }
  // What went wrong inside is for the operator's log: it may name paths and records of others.
  return ProblemResponse(status,
                         {error.code,
                          "The server could not do this because of a fault of its own. Try again; if it stays, give "
                          "the operator the request id " +
                              request.request_id + ".",
                          error.field},
                         request);
}

}  // namespace intelliclinix::api
