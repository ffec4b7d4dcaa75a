// The request target: path and query.
#pragma once

#include <optional>
#include <string_view>

#include "http/message.h"

namespace intelliclinix::http {

/// A target in absolute form ("http://a:80/b?x"), taken apart.
struct AbsoluteTarget {
  std::string_view authority;  ///< "a:80"; not checked
  std::string_view rest;       ///< "/b?x", or what stands in its place: "", "?x"
};

/// Nothing for a target that does not begin with "http://", in either case.
/// Source: RFC 9112 section 3.2.2; RFC 9110 section 4.2.1.
std::optional<AbsoluteTarget> SplitAbsolute(std::string_view target);

/// Fills `request.path` and `request.query` from a target in origin form ("/a%20b?x=1"), in absolute form or "*". Which
/// host a target names makes no difference here.
/// Errors: kInvalidArgument (field "path" or "query") for bad percent-encoding, text that is not UTF-8,
/// NUL, an encoded "/" or a control character in the path.
/// Source: RFC 9112 section 3.2; the query as https://url.spec.whatwg.org/#urlencoded-parsing, but strict.
Status ParseTarget(std::string_view target, Request& request);

}  // namespace intelliclinix::http
