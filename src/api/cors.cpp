#include "api/cors.h"

#include <algorithm>

namespace intelliclinix::api {

bool Cors::Allows(std::string_view origin) const {
  return !origin.empty() &&
         std::ranges::any_of(origins_, [&](const std::string& allowed) { return allowed == "*" || allowed == origin; });
}

std::optional<http::Response> Cors::Preflight(const http::Request& request) const {
  const bool preflight = request.method == "OPTIONS" && request.headers.Has("Origin") &&
                         request.headers.Has("Access-Control-Request-Method");
  if (!preflight) return std::nullopt;
  http::Response response{.status = 204};
  if (!Allows(request.Header("Origin"))) return response;
  response.headers.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, DELETE");
  response.headers.Set(
      "Access-Control-Allow-Headers",
      "Authorization, Content-Type, Prefer, Idempotency-Key, Last-Event-ID, Range, If-Range, If-None-Match");
  response.headers.Set("Access-Control-Max-Age", "600");
  return response;
}

void Cors::Mark(const http::Request& request, http::Response& response) const {
  // Always, or a cache would give one origin's answer to another.
  const std::string_view vary = response.headers.Get("Vary");
  response.headers.Set("Vary", vary.empty() ? "Origin" : std::string(vary) + ", Origin");
  const std::string_view origin = request.Header("Origin");
  if (!Allows(origin)) return;
  response.headers.Set("Access-Control-Allow-Origin", std::string(origin));
  response.headers.Set("Access-Control-Expose-Headers",
                       "Accept-Ranges, Content-Disposition, Content-Range, ETag, Link, Location, Preference-Applied, "
                       "Retry-After, X-Request-Id");
}

}  // namespace intelliclinix::api
