// JSON from outside becomes a value here, or an error.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include "base/result.h"

// Compiled once, in json.cpp, for all that is not optimised (tests, sanitizers), which takes a fifth off them. What is
// optimised has it at hand, to be inlined.
#ifndef __OPTIMIZE__
extern template class nlohmann::basic_json<nlohmann::ordered_map>;
#endif

namespace intelliclinix {

/// Keeps the order of members, so that what a client sent comes back as it came.
using Json = nlohmann::ordered_json;

/// Reads one JSON text (RFC 8259, UTF-8). Errors: kInvalidArgument for bad syntax, for more than `max_depth` nested
/// containers, and for a member that stands twice in one object.
Result<Json> ParseJson(std::string_view text, int max_depth = 32);

/// Compact UTF-8. Bytes that are not UTF-8 become U+FFFD rather than an exception.
std::string DumpJson(const Json& json);

}  // namespace intelliclinix
