#include "store/mongo/driver_errors.h"

#include <algorithm>
#include <array>
#include <string>

#include <mongoc/mongoc.h>

namespace intelliclinix::store::mongo {
namespace {

// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
constexpr std::int64_t kUnauthorized = 13;
constexpr std::int64_t kAuthenticationFailed = 18;
constexpr std::int64_t kDuplicateKey = 11000;
constexpr std::int64_t kOutOfDiskSpace = 14031;
/// The server is going, changing its primary, or did not manage in time.
constexpr std::array<std::int64_t, 18> kPassing = {6,   7,   43,  50,   64,    89,    91,    100,   112,
                                                   134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436};

ErrorCode CodeOf(std::int64_t server_code) {
  if (server_code == kDuplicateKey) return ErrorCode::kConflict;
  if (server_code == kOutOfDiskSpace) return ErrorCode::kResourceExhausted;
  if (server_code == kUnauthorized || server_code == kAuthenticationFailed) return ErrorCode::kUnavailable;
  return std::ranges::find(kPassing, server_code) != kPassing.end() ? ErrorCode::kUnavailable : ErrorCode::kInternal;
}

std::unexpected<Error> ServerError(std::int64_t code, const std::string& message) {
  if (code == kUnauthorized || code == kAuthenticationFailed) {
    return Fail(ErrorCode::kUnavailable, "MongoDB refuses the user or password of the store's URI: " + message);
  }
  return Fail(CodeOf(code), "MongoDB answers: " + message + " (code " + std::to_string(code) + ").");
}

}  // namespace

std::unexpected<Error> DriverError(const bson_error_t& error) {
  if (error.domain == MONGOC_ERROR_SERVER) return ServerError(error.code, error.message);
  if (error.domain == MONGOC_ERROR_WRITE_CONCERN) {
    return Fail(ErrorCode::kUnavailable, std::string("No majority of MongoDB's members has it: ") + error.message);
  }
  if (error.domain == MONGOC_ERROR_CLIENT && error.code == MONGOC_ERROR_CLIENT_AUTHENTICATE) {
    return ServerError(kAuthenticationFailed, error.message);
  }
  const bool passing = error.domain == MONGOC_ERROR_SERVER_SELECTION || error.domain == MONGOC_ERROR_STREAM ||
                       error.domain == MONGOC_ERROR_CLIENT;
  return Fail(passing ? ErrorCode::kUnavailable : ErrorCode::kInternal,
              std::string(passing ? "MongoDB does not answer: " : "MongoDB's driver fails: ") + error.message);
}

Status CheckWriteReply(View reply, bool tolerate_duplicates) {
  for (const Json& error : reply.Value("writeErrors")) {
    const std::int64_t code = error.value("code", std::int64_t{0});
    if (tolerate_duplicates && code == kDuplicateKey) continue;
    return ServerError(code, error.value("errmsg", ""));
  }
  if (!reply.Has("writeConcernError")) return {};
  return Fail(ErrorCode::kUnavailable,
              "No majority of MongoDB's members has it: " + reply.Text("writeConcernError.errmsg"));
}

}  // namespace intelliclinix::store::mongo
