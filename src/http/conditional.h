// Conditional requests and ranges.
#pragma once

#include <cstdint>

#include "http/message.h"

namespace intelliclinix::http {

/// Which part of a body a client wants.
struct Selection {
  int status = 200;  ///< 200, 206, 304 or 416
  std::uint64_t first = 0;
  std::uint64_t count = 0;  ///< of bytes to send
};

/// What `request` (a GET or HEAD) wants of a 200 response whose body has `size` bytes. Ranges only where
/// `ranges_allowed`; several ranges, and range units that are not bytes, select the whole body.
/// Source: RFC 9110 sections 13.1.2, 13.1.5, 14.1 and 14.2.
Selection Select(const Request& request, const Response& response, std::uint64_t size, bool ranges_allowed);

}  // namespace intelliclinix::http
