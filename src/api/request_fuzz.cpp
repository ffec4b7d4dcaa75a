// Any bytes as the body of a request: what is accepted is an object with known members, and an account that is read
// from it keeps its bounds.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "api/account.h"
#include "api/errors.h"
#include "api/request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace intelliclinix;
  http::Request request;
  request.headers.Set("Content-Type", "application/json");
  request.body.assign(reinterpret_cast<const char*>(bytes), size);
  const Result<Json> body = api::ReadObject(request, {"username", "email", "password", "first_name", "last_name"});
  if (!body) {
    // The message may hold what was sent; it must still be JSON that can be read.
    const http::Response response = api::ErrorResponse(body.error(), request);
    if (!ParseJson(std::get<std::string>(response.body))) std::abort();
    return 0;
  }
  if (!body->is_object() || body->size() > 5) std::abort();
  const Result<api::NewAccount> account = api::ReadNewAccount(*body);
  if (!account) return 0;
  const bool bounded = account->username.size() <= 64 && account->email.size() <= 254 &&
                       account->password.size() >= 8 && account->password.size() <= api::kMaxPasswordBytes;
  if (!bounded) std::abort();
  return 0;
}
