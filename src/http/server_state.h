// What all connections of a server share.
#pragma once

#include <atomic>
#include <memory>

#include "base/thread_pool.h"
#include "http/router.h"
#include "http/server.h"

namespace intelliclinix::http {

/// Lives until the last connection and the last task on the pool let go of it.
/// Threads: any; everything but the atomics is constant.
struct ServerState {
  const ServerOptions options;
  const Router router;
  const Hooks hooks;
  ThreadPool& blocking;
  std::atomic<bool> draining = false;  ///< the server is stopping: connections close after their response
  std::atomic<int> connections = 0;
};

}  // namespace intelliclinix::http
