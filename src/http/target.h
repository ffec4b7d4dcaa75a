// The request target: path and query.
#pragma once

#include <string_view>

#include "http/message.h"

namespace intelliclinix::http {

/// Fills `request.path` and `request.query` from an origin-form target ("/a%20b?x=1") or "*".
/// Errors: kInvalidArgument (field "path" or "query") for bad percent-encoding, text that is not UTF-8,
/// NUL, an encoded "/" or a control character in the path.
/// Source: RFC 9112 section 3.2.1; the query as https://url.spec.whatwg.org/#urlencoded-parsing, but strict.
Status ParseTarget(std::string_view target, Request& request);

}  // namespace intelliclinix::http
