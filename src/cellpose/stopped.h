// How every stage ends that was asked to stop.
#pragma once

#include <stop_token>

#include "base/result.h"

namespace intelliclinix::cellpose {

/// Errors: kCancelled once `stop` is requested.
inline Status CheckStop(const std::stop_token& stop) {
  if (stop.stop_requested()) return Fail(ErrorCode::kCancelled, "The segmentation was stopped.");
  return {};
}

}  // namespace intelliclinix::cellpose
