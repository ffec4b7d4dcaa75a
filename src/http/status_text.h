// Reason phrases and dates as HTTP writes them.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

namespace intelliclinix::http {

/// "Not Found" for 404; empty for a status that it does not know. Source: RFC 9110 section 15.
std::string_view StatusText(int status);

/// "Sun, 06 Nov 1994 08:49:37 GMT". Source: RFC 9110 section 5.6.7.
std::string HttpDate(std::time_t time);

}  // namespace intelliclinix::http
