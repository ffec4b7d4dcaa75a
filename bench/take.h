// How benches end when a call fails.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <type_traits>
#include <utility>

#include "base/result.h"

namespace intelliclinix::bench {

/// The value of `result`. Ends the program, with the error on standard error, where there is none.
template <typename T>
T Take(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().message.c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace intelliclinix::bench
