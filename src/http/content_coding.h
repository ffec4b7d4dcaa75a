// Which compression a client takes.
#pragma once

#include <string_view>

namespace intelliclinix::http {

/// Whether an Accept-Encoding takes gzip: it, "x-gzip" or "*" stands in the list with a weight that is not 0. What
/// cannot be read takes nothing. Source: RFC 9110 section 12.5.3.
bool AcceptsGzip(std::string_view accept_encoding);

}  // namespace intelliclinix::http
