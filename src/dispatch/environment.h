// What the parts of a dispatcher share.
#pragma once

#include <atomic>

#include "base/memory_budget.h"
#include "dispatch/dispatcher.h"

namespace intelliclinix::dispatch {

/// DispatcherCounts while they are counted. Threads: any.
struct Counters {
  std::atomic<long long> tasks_completed{0};
  std::atomic<long long> tasks_failed{0};
  std::atomic<long long> stale_writes_rejected{0};
  std::atomic<long long> orphan_blobs_removed{0};
};

/// Borrowed by every part; outlives them. Threads: any; immutable but for the counters and the memory that is left.
struct Environment {
  DispatcherParts parts;
  DispatcherOptions options;
  Counters counters{};
  MemoryBudget memory{options.source_limits.max_memory};  ///< of the images that are run
};

}  // namespace intelliclinix::dispatch
