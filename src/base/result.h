// Errors as values at the edges of modules.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace intelliclinix {

/// What went wrong, as far as a caller can act on it. `api/errors.h` maps each code to an HTTP status.
enum class ErrorCode {
  kInvalidArgument,    ///< the request, file or parameter is wrong; the same again fails again
  kUnauthenticated,    ///< no valid credentials
  kNotFound,           ///< no such thing, or not the caller's
  kConflict,           ///< clashes with what is there (a name that is taken, a state that forbids it)
  kTooLarge,           ///< over a configured limit
  kResourceExhausted,  ///< disk, memory or a quota is used up; may work later
  kUnavailable,        ///< a dependency does not answer, or the process is stopping; try again
  kCancelled,          ///< stopped on request
  kInternal,           ///< a bug or a fault that the caller cannot mend
};

/// The code's name as it is written in logs, for example "invalid_argument".
std::string_view ErrorCodeName(ErrorCode code);

/// A failure that a person can read.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  ///< a sentence that says what is wrong and what to do
  std::string field;    ///< the field at fault, for example "params.diameter"; empty where none is
};

template <typename T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

/// A failure, to be returned from a function of any Result.
inline std::unexpected<Error> Fail(ErrorCode code, std::string message, std::string field = {}) {
  return std::unexpected<Error>(Error{code, std::move(message), std::move(field)});
}

/// The commonest failure: the request, file or parameter is wrong.
inline std::unexpected<Error> Invalid(std::string message, std::string_view field = {}) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message), std::string(field));
}

}  // namespace intelliclinix

#define IC_CONCAT_INNER(a, b) a##b
#define IC_CONCAT(a, b) IC_CONCAT_INNER(a, b)

/// Returns the error of `expression` from the enclosing function, if it has one.
#define IC_RETURN_IF_ERROR(expression)                                              \
  do {                                                                              \
    if (auto ic_status = (expression); !ic_status.has_value()) {                    \
      return std::unexpected<::intelliclinix::Error>(std::move(ic_status).error()); \
    }                                                                               \
  } while (false)

/// `IC_ASSIGN_OR_RETURN(auto x, F())`: x = the value of F(), or returns F()'s error from the enclosing function.
#define IC_ASSIGN_OR_RETURN(target, expression) \
  IC_ASSIGN_OR_RETURN_INNER(IC_CONCAT(ic_result_, __LINE__), target, expression)
#define IC_ASSIGN_OR_RETURN_INNER(result, target, expression)                                         \
  auto result = (expression);                                                                         \
  if (!result.has_value()) return std::unexpected<::intelliclinix::Error>(std::move(result).error()); \
  target = *std::move(result)
