// Whether a request's head is one that every HTTP implementation reads alike.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "http/message.h"

namespace intelliclinix::http {

/// Bytes of the head at the front of `bytes`, its closing blank line included; nothing while that has not come.
/// A bare LF counts as a line's end here, so that a head of bare LFs is found and refused rather than waited for.
std::optional<std::size_t> FindHeadEnd(std::string_view bytes);

/// Checks a whole head, closing blank line included, before anything parses it: what proxies and servers are known to
/// read differently (request smuggling) is refused. Returns nothing when it is good; else status 400, 431 or 505.
/// Source: RFC 9112 sections 2.2, 3, 5, 6.1, 6.3; RFC 9110 section 5.
std::optional<Problem> CheckHead(std::string_view head);

}  // namespace intelliclinix::http
