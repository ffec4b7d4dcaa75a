#include "api/auth.h"

#include <exception>
#include <memory>

#include "api/account.h"
#include "api/errors.h"
#include "api/hash_queue.h"
#include "api/login_limiter.h"
#include "api/passwords.h"
#include "api/request.h"
#include "api/tokens.h"

namespace intelliclinix::api {
namespace {

// Longer names are nobody's: they cost no look-up and no place in the limiter.
constexpr std::size_t kMaxLoginName = 256;

std::unexpected<Error> WrongLogin() {
  return Fail(ErrorCode::kUnauthenticated, "The username or the password is wrong.");
}

/// What `call` returns, or what it throws as an error: these calls run on a thread that nothing may end.
template <typename Call>
Result<http::Response> Caught(const Call& call) {
  try {
    return call();
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInternal, error.what());
  }
}

/// By (name, address) for who guesses one password, by address alone for who keeps the server hashing.
struct Limiters {
  explicit Limiters(const Clock& clock) : by_name({}, clock), by_address(kAddressLimits, clock) {}
  LoginLimiter by_name;
  LoginLimiter by_address;  ///< failed logins, and sign-ups
};

http::Response TooMany(std::chrono::seconds wait, Error error, const http::Request& request) {
  error.message += " Try again in " + std::to_string(wait.count()) + " s.";
  return TooManyResponse(error, wait, request);
}

/// Counts an attempt of the address; the answer when it is one too many.
std::optional<http::Response> RefuseAddress(Limiters& limiters, const http::Request& request) {
  const auto wait = limiters.by_address.Begin("", request.remote_address);
  if (!wait) return std::nullopt;
  return TooMany(*wait, {ErrorCode::kResourceExhausted, "Too many failed logins and sign-ups from your address.", ""},
                 request);
}

/// Runs `answer` when it is its turn to hash; the reply comes then, and holds no thread until then. `answer` gets the
/// turn and what is left of the request.
template <typename Answer>
http::Reply AfterTurn(Context& context, const http::Request& request, Answer answer) {
  return http::Deferred{[&context, request = HeadOf(request), answer = std::move(answer)](http::Send send) mutable {
    context.hashing.Post(
        [request = std::move(request), answer = std::move(answer), send = std::move(send)](const Status& turn) mutable {
          const Result<http::Response> response = Caught([&] { return answer(turn, request); });
          send(response ? *response : ErrorResponse(response.error(), request));
        });
  }};
}

Result<http::Response> MakeAccount(Context& context, const NewAccount& account) {
  records::User user;
  user.id = ObjectId::Generate();
  IC_ASSIGN_OR_RETURN(user.password_hash, context.passwords.Hash(account.password));
  user.username = account.username;
  user.email = account.email;
  user.first_name = account.first_name;
  user.last_name = account.last_name;
  user.created_at = context.clock.Now();
  IC_RETURN_IF_ERROR(context.store.InsertUser(user));
  return JsonResponse(201, {{"message", "The account is made. Log in with it."}, {"user_id", user.id.ToString()}});
}

Result<http::Reply> Signup(Context& context, Limiters& limiters, const http::Request& request) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  IC_ASSIGN_OR_RETURN(const Json body,
                      ReadObject(request, {"username", "email", "password", "first_name", "last_name"}));
  IC_ASSIGN_OR_RETURN(NewAccount account, ReadNewAccount(body));
  if (auto refusal = RefuseAddress(limiters, request)) return *std::move(refusal);
  return AfterTurn(
      context, request,
      [&context, account = std::move(account)](const Status& turn, const http::Request&) -> Result<http::Response> {
        IC_RETURN_IF_ERROR(turn);
        return MakeAccount(context, account);
      });
}

struct Login {
  std::string username;
  std::string password;
};

Result<Login> ReadLogin(const http::Request& request) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  IC_ASSIGN_OR_RETURN(const Json body, ReadObject(request, {"username", "password"}));
  Login login;
  IC_ASSIGN_OR_RETURN(login.username, StringMember(body, "username"));
  IC_ASSIGN_OR_RETURN(login.password, StringMember(body, "password"));
  if (login.username.size() > kMaxLoginName || login.password.size() > kMaxPasswordBytes) return WrongLogin();
  return login;
}

/// The user whose password it is, their login noted.
Result<records::User> LogIn(Context& context, const Login& login) {
  Result<records::User> user = context.store.FindUser(login.username);
  if (!user && user.error().code == ErrorCode::kNotFound) {
    IC_RETURN_IF_ERROR(context.passwords.CheckNothing(login.password));
    return WrongLogin();
  }
  if (!user) return user;
  IC_ASSIGN_OR_RETURN(const PasswordCheck check, context.passwords.Check(login.password, user->password_hash));
  if (!check.matches) return WrongLogin();
  std::optional<std::string> new_hash;
  if (check.outdated) {
    IC_ASSIGN_OR_RETURN(new_hash, context.passwords.Hash(login.password));
  }
  user->last_login = context.clock.Now();
  IC_RETURN_IF_ERROR(context.store.RecordLogin(user->id, *user->last_login, new_hash));
  return user;
}

/// Counts an attempt; the answer when it is one too many.
std::optional<http::Response> RefuseLogin(Limiters& limiters, const Login& login, const http::Request& request) {
  if (auto refusal = RefuseAddress(limiters, request)) return refusal;
  const auto wait = limiters.by_name.Begin(login.username, request.remote_address);
  if (!wait) return std::nullopt;
  return TooMany(*wait, {ErrorCode::kResourceExhausted, "Too many attempts to log in.", "username"}, request);
}

Result<http::Response> EndLogin(Context& context, Limiters& limiters, const Login& login, const Status& turn,
                                const http::Request& request) {
  const Result<records::User> user = turn ? LogIn(context, login) : std::unexpected(turn.error());
  // A password that was not looked at, because others were, is no guess.
  const bool guessed = !user && user.error().code == ErrorCode::kUnauthenticated;
  if (!guessed) limiters.by_address.TakeBack("", request.remote_address);
  if (!guessed) limiters.by_name.TakeBack(login.username, request.remote_address);
  if (!user) return std::unexpected(user.error());
  limiters.by_name.Succeeded(login.username, request.remote_address);
  return JsonResponse(200, {{"access_token", context.tokens.Issue(user->id)}, {"user", UserJson(*user)}});
}

Result<http::Reply> AnswerLogin(Context& context, const std::shared_ptr<Limiters>& limiters,
                                const http::Request& request) {
  IC_ASSIGN_OR_RETURN(Login login, ReadLogin(request));
  if (auto refusal = RefuseLogin(*limiters, login, request)) return *std::move(refusal);
  return AfterTurn(context, request,
                   [&context, limiters, login = std::move(login)](const Status& turn, const http::Request& head) {
                     return EndLogin(context, *limiters, login, turn, head);
                   });
}

Result<http::Reply> Refresh(Context& context, const http::Request& request) {
  IC_ASSIGN_OR_RETURN(const Claims claims, VerifyBearer(context, request, kRefreshGrace));
  IC_RETURN_IF_ERROR(UserOf(context, claims));
  IC_RETURN_IF_ERROR(ExpectNothing(request));
  IC_ASSIGN_OR_RETURN(const std::string token, context.tokens.Refresh(claims));
  return JsonResponse(200, {{"access_token", token}});
}

Result<http::Reply> Logout(Context& context, const http::Request& request) {
  IC_ASSIGN_OR_RETURN(const Claims claims, VerifyBearer(context, request));
  IC_RETURN_IF_ERROR(UserOf(context, claims));
  IC_RETURN_IF_ERROR(ExpectNothing(request));
  // An expired token could still be refreshed, so it must be remembered for as long.
  IC_RETURN_IF_ERROR(context.store.RevokeToken(claims.jti, claims.expires_at + kRefreshGrace));
  return JsonResponse(200, {{"logout", true}, {"message", "You are logged out."}});
}

Result<http::Reply> Me(const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  return JsonResponse(200, {{"authenticated", true}, {"user", UserJson(user)}});
}

}  // namespace

void AddAuthRoutes(http::Router& router, Context& context) {
  const auto limiters = std::make_shared<Limiters>(context.clock);
  router.Handle("POST", "/api/auth/signup",
                Public([&context, limiters](http::Request& request) { return Signup(context, *limiters, request); }));
  router.Handle("POST", "/api/auth/login", Public([&context, limiters](http::Request& request) {
                  return AnswerLogin(context, limiters, request);
                }));
  router.Handle("POST", "/api/auth/refresh",
                Public([&context](http::Request& request) { return Refresh(context, request); }));
  router.Handle("POST", "/api/auth/logout",
                Public([&context](http::Request& request) { return Logout(context, request); }));
  router.Handle("GET", "/api/auth/me", SignedIn(context, Me));
  router.Handle("GET", "/api/auth/user", SignedIn(context, Me));
}

}  // namespace intelliclinix::api
