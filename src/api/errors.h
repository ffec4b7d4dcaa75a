// The one table from error codes to HTTP, and the body of every error.
#pragma once

#include <chrono>

#include "base/json.h"
#include "base/result.h"
#include "http/message.h"

namespace intelliclinix::api {

/// The HTTP status of an error code.
int HttpStatus(ErrorCode code);

/// `application/problem+json` (RFC 9457): type, title, status, detail, error, field?, request_id. `extra` adds members.
http::Response ProblemResponse(int status, const Error& error, const http::Request& request,
                               const Json& extra = Json::object());
/// With the status of the error's code.
http::Response ErrorResponse(const Error& error, const http::Request& request);
/// 429: somebody has or asks too much, and may try again after `wait`.
http::Response TooManyResponse(const Error& error, std::chrono::seconds wait, const http::Request& request);
http::Response JsonResponse(int status, const Json& body);

}  // namespace intelliclinix::api
