#include "api/request.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "api/errors.h"
#include "http/parameters.h"
#include "http/text.h"
#include "store/rules.h"

namespace intelliclinix::api {
namespace {

constexpr int kMaxPage = 1000;

http::Reply Render(Result<http::Reply> reply, const http::Request& request) {
  if (!reply) return ErrorResponse(reply.error(), request);
  return *std::move(reply);
}

std::string Join(std::initializer_list<std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "'" : ", '") + std::string(name) + "'";
  return text;
}

Result<std::string_view> BearerToken(const http::Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = request.Header("Authorization");
  if (value.empty()) {
    return Fail(ErrorCode::kUnauthenticated, "Log in first, and send 'Authorization: Bearer <access_token>'.",
                "Authorization");
  }
  if (!http::EqualsIgnoreCase(value.substr(0, kScheme.size()), kScheme)) {
    return Fail(ErrorCode::kUnauthenticated, "The Authorization header must read 'Bearer <access_token>'.",
                "Authorization");
  }
  return http::TrimBlanks(value.substr(kScheme.size()));
}

Status CheckJsonType(const http::Request& request) {
  const auto type = http::ParseParameterized(request.Header("Content-Type"));
  const std::string* const charset = type ? type->Find("charset") : nullptr;
  const bool utf8 = charset == nullptr || http::EqualsIgnoreCase(*charset, "utf-8");
  if (type && http::EqualsIgnoreCase(type->value, "application/json") && utf8) return {};
  return Invalid("The body must be JSON in UTF-8: send it with 'Content-Type: application/json'.", "Content-Type");
}

// The query of the page that begins after `next`, the other parameters as they were.
std::string NextQuery(const http::Request& request, ObjectId next) {
  std::string query;
  for (const auto& [name, value] : request.query) {
    if (name != "cursor") query += http::PercentEncode(name) + "=" + http::PercentEncode(value) + "&";
  }
  return query + "cursor=" + next.ToString();
}

std::string EncodePath(std::string_view path) {
  std::string encoded;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    encoded += http::PercentEncode(path.substr(0, slash));
    path.remove_prefix(slash);
    if (path.empty()) break;
    encoded += '/';
    path.remove_prefix(1);
  }
  return encoded;
}

}  // namespace

http::Handler Public(ApiHandler handler) {
  return [handler = std::move(handler)](http::Request& request) { return Render(handler(request), request); };
}

http::GuardedHandler SignedIn(Context& context, UserHandler handler) {
  auto check = [&context](http::Request& head) -> std::optional<http::Response> {
    Result<records::User> user = Authenticate(context, head);
    if (!user) return ErrorResponse(user.error(), head);
    head.checked = *std::move(user);
    return std::nullopt;
  };
  auto handle = Public([&context, handler = std::move(handler)](http::Request& request) -> Result<http::Reply> {
    if (const auto* user = std::any_cast<records::User>(&request.checked)) return handler(request, *user);
    IC_ASSIGN_OR_RETURN(const records::User user, Authenticate(context, request));
    return handler(request, user);
  });
  return {std::move(check), std::move(handle)};
}

Result<Claims> VerifyBearer(Context& context, const http::Request& request, std::chrono::seconds grace) {
  IC_ASSIGN_OR_RETURN(const std::string_view token, BearerToken(request));
  IC_ASSIGN_OR_RETURN(Claims claims, context.tokens.Verify(token, grace));
  IC_ASSIGN_OR_RETURN(const bool revoked, context.store.IsTokenRevoked(claims.jti));
  if (revoked)
    return Fail(ErrorCode::kUnauthenticated, "This access token was logged out. Log in again.", "Authorization");
  return claims;
}

Result<records::User> UserOf(Context& context, const Claims& claims) {
  Result<records::User> user = context.store.GetUser(claims.user_id);
  if (!user && user.error().code == ErrorCode::kNotFound) {
    return Fail(ErrorCode::kUnauthenticated, "The account of this access token is gone. Log in with another.",
                "Authorization");
  }
  return user;
}

Result<records::User> Authenticate(Context& context, const http::Request& request) {
  IC_ASSIGN_OR_RETURN(const Claims claims, VerifyBearer(context, request));
  return UserOf(context, claims);
}

http::Request HeadOf(const http::Request& request) {
  http::Request head;
  head.method = request.method;
  head.path = request.path;
  head.route = request.route;
  head.request_id = request.request_id;
  head.remote_address = request.remote_address;
  return head;
}

Result<Json> ReadObject(const http::Request& request, std::initializer_list<std::string_view> known) {
  IC_RETURN_IF_ERROR(CheckJsonType(request));
  Result<Json> body = ParseJson(request.body);
  if (!body || !body->is_object()) {
    const std::string reason = body ? "It is JSON of another kind." : body.error().message;
    return Invalid("The body must be a JSON object with members among " + Join(known) + ". " + reason, "body");
  }
  for (const auto& [name, value] : body->items()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    return Invalid("The body has the member '" + name + "', which is not known here. Known are " + Join(known) + ".",
                   name);
  }
  return body;
}

Result<std::string> StringMember(const Json& body, std::string_view name) {
  const auto found = body.find(std::string(name));
  if (found == body.end()) return Invalid("'" + std::string(name) + "' is missing.", name);
  if (!found->is_string()) return Invalid("'" + std::string(name) + "' must be a string.", name);
  return found->get<std::string>();
}

Result<ObjectId> ParseId(std::string_view text, std::string_view name) {
  const Result<ObjectId> id = ObjectId::Parse(text);
  if (!id) return Invalid("'" + std::string(name) + "' must be an id: 24 hexadecimal digits.", name);
  return *id;
}

Result<ObjectId> PathId(const http::Request& request, std::string_view param, std::string_view what) {
  const Result<ObjectId> id = ObjectId::Parse(request.Param(param));
  if (!id) return store::NotFound(what);
  return *id;
}

std::string InferencePath(ObjectId id) { return "/api/inferences/" + id.ToString(); }

Result<store::PageRequest> ReadPage(const http::Request& request) {
  store::PageRequest page;
  if (const std::optional<std::string_view> limit = request.Query("limit")) {
    const char* const end = limit->data() + limit->size();
    const auto [stopped, error] = std::from_chars(limit->data(), end, page.limit);
    if (error != std::errc() || stopped != end || page.limit < 1 || page.limit > kMaxPage) {
      return Invalid("'limit' must be a whole number from 1 to 1000.", "limit");
    }
  }
  if (const std::optional<std::string_view> cursor = request.Query("cursor")) {
    const Result<ObjectId> after = ObjectId::Parse(*cursor);
    if (!after) return Invalid("'cursor' must come from the Link header of the page before.", "cursor");
    page.after = *after;
  }
  return page;
}

Status CheckQuery(const http::Request& request, std::initializer_list<std::string_view> known) {
  std::set<std::string_view> seen;
  for (const auto& [name, value] : request.query) {
    if (std::ranges::find(known, name) == known.end()) {
      const std::string allowed = known.size() == 0 ? "This path takes none." : "Known are " + Join(known) + ".";
      return Invalid("The query parameter '" + name + "' is not known here. " + allowed, name);
    }
    if (!seen.insert(name).second) return Invalid("The query parameter '" + name + "' stands twice.", name);
  }
  return {};
}

Status ExpectNothing(const http::Request& request) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  if (request.body.empty()) return {};
  IC_RETURN_IF_ERROR(ReadObject(request, {}));
  return {};
}

http::Response PageResponse(const http::Request& request, const Json& items,
                            const std::optional<ObjectId>& next_after) {
  http::Response response = JsonResponse(200, items);
  if (next_after) {
    response.headers.Set("Link",
                         "<" + EncodePath(request.path) + "?" + NextQuery(request, *next_after) + ">; rel=\"next\"");
  }
  return response;
}

}  // namespace intelliclinix::api
