// Keeps exceptions from ending threads, and with them the process.
#pragma once

#include <exception>
#include <string_view>

#include "base/log.h"

namespace intelliclinix::dispatch {

/// Runs `call`. What it throws is logged under the name of the thread, and the thread goes on.
template <typename Call>
void Guarded(std::string_view thread, const Call& call) {
  try {
    call();
  } catch (const std::exception& error) {
    log::Error("unexpected_exception", {{"thread", thread}, {"what", error.what()}});
  } catch (...) {
    log::Error("unexpected_exception", {{"thread", thread}, {"what", "no std::exception"}});
  }
}

}  // namespace intelliclinix::dispatch
