#include "api/cors.h"

#include <algorithm>

namespace intelliclinix::api {

std::optional<http::Response> Cors::Preflight(const http::Request& request) const {
  const bool preflight = request.method == "OPTIONS" && request.headers.Has("Origin") &&
                         request.headers.Has("Access-Control-Request-Method");
  if (!preflight) return std::nullopt;
  http::Response response{.status = 204};
  if (std::ranges::find(origins_, request.Header("Origin")) == origins_.end()) return response;
  response.headers.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, DELETE");
  response.headers.Set("Access-Control-Allow-Headers",
                       "Authorization, Content-Type, Prefer, Idempotency-Key, Range, If-Range, If-None-Match");
  response.headers.Set("Access-Control-Max-Age", "600");
  return response;
}

void Cors::Mark(const http::Request& request, http::Response& response) const {
  // Always, or a cache would give one origin's answer to another.
  const std::string_view vary = response.headers.Get("Vary");
  response.headers.Set("Vary", vary.empty() ? "Origin" : std::string(vary) + ", Origin");
  const std::string_view origin = request.Header("Origin");
  if (std::ranges::find(origins_, origin) == origins_.end()) return;
  response.headers.Set("Access-Control-Allow-Origin", std::string(origin));
  response.headers.Set("Access-Control-Expose-Headers",
                       "Accept-Ranges, Content-Disposition, Content-Range, ETag, Link, Location, Preference-Applied, "
                       "Retry-After, X-Request-Id");
}

}  // namespace intelliclinix::api
