// One request on its way through a connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/digits.h"
#include "http/message.h"
#include "http/request_parser.h"
#include "http/router.h"

namespace intelliclinix::http {

struct Exchange {
  std::shared_ptr<Request> request = std::make_shared<Request>();
  RequestParser parser;
  bool head_read = false;  ///< the head was good
  const Route* route = nullptr;
  std::uint64_t body_bytes = 0;  ///< received, chunked coding taken off
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
};

/// `limit`: the route's. Units: bytes.
inline Problem BodyTooLarge(std::uint64_t limit) {
  return {413,
          "The request's body has more than " + GroupDigits(limit) +
              " bytes, which is the limit here. Send less at once: fewer images, or shorter values.",
          "body"};
}

/// What reading a part of a body came to.
struct BodyPiece {
  std::size_t bytes = 0;
  std::optional<Problem> problem;  ///< the body is damaged, too large or too slow
};

}  // namespace intelliclinix::http
