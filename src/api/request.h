// What handlers read from a request, parsed at the edge.
#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "api/context.h"
#include "api/tokens.h"
#include "base/json.h"
#include "base/object_id.h"
#include "base/result.h"
#include "http/router.h"
#include "records/user.h"
#include "store/page.h"

namespace intelliclinix::api {

/// A handler that returns errors as values; they are rendered by ErrorResponse.
using ApiHandler = std::function<Result<http::Reply>(http::Request& request)>;
/// A handler for a signed-in user.
using UserHandler = std::function<Result<http::Reply>(http::Request& request, const records::User& user)>;

/// Renders what `handler` returns.
http::Handler Public(ApiHandler handler);
/// Answers 401 (with WWW-Authenticate) unless the request has a valid token that is not revoked.
/// Before the body is read, too: who is nobody cannot fill the server's memory.
http::GuardedHandler SignedIn(Context& context, UserHandler handler);

/// What the request's bearer token says: valid, or expired for less than `grace`, and not revoked.
/// Errors: kUnauthenticated.
Result<Claims> VerifyBearer(Context& context, const http::Request& request,
                            std::chrono::seconds grace = std::chrono::seconds(0));
/// The user of a token. Errors: kUnauthenticated when the account is gone.
Result<records::User> UserOf(Context& context, const Claims& claims);
/// The user of the request's bearer token. Errors: kUnauthenticated.
Result<records::User> Authenticate(Context& context, const http::Request& request);

/// What an answer needs of a request that may be gone when it is made: its names and address, no body.
http::Request HeadOf(const http::Request& request);

/// The body as a JSON object whose members are all among `known`. Content-Type must be JSON.
/// Errors: kInvalidArgument with field "Content-Type", "body" or the unknown member.
Result<Json> ReadObject(const http::Request& request, std::initializer_list<std::string_view> known);
/// A string member. Errors: kInvalidArgument with field `name` when it is missing or not a string.
Result<std::string> StringMember(const Json& body, std::string_view name);
/// A member or path part that is an id. Errors: kInvalidArgument with field `name`.
Result<ObjectId> ParseId(std::string_view text, std::string_view name);
/// `{id}` of the path; what is no id is unknown. Errors: kNotFound.
Result<ObjectId> PathId(const http::Request& request, std::string_view param, std::string_view what);
/// Where an inference is found.
std::string InferencePath(ObjectId id);
/// `?limit=&cursor=`. Errors: kInvalidArgument with field "limit" or "cursor".
Result<store::PageRequest> ReadPage(const http::Request& request);
/// Errors: kInvalidArgument naming a query parameter that is not among `known`.
Status CheckQuery(const http::Request& request, std::initializer_list<std::string_view> known);
/// For requests that say all in their head; a body may be there, but must be empty or {}.
/// Errors: kInvalidArgument naming what is there.
Status ExpectNothing(const http::Request& request);
/// A list with its `Link: <...>; rel="next"` where there is a next page.
http::Response PageResponse(const http::Request& request, const Json& items, const std::optional<ObjectId>& next_after);

}  // namespace intelliclinix::api
