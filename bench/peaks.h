// What a number of cores reach together: arithmetic and memory.
#pragma once

#include <functional>

#include "bench/kernels.h"

namespace intelliclinix::bench {

/// Calls work(i) on `threads` threads that begin together.
/// Units: seconds, from the first beginning to the last end.
double TimeOnThreads(int threads, const std::function<void(int)>& work);

/// The passes of a kernel that take about so long on one core.
std::int64_t PassesFor(const Kernel& kernel, double seconds);

/// Of `threads` cores together, each doing so many passes.
/// Units: GFLOP/s.
double Gflops(const Kernel& kernel, int threads, std::int64_t passes);

/// Bandwidth of memory with `threads` cores at work, each on bytes of its own that no cache holds.
/// Units: 1e9 bytes a second; a copy counts what it reads and what it writes.
struct Bandwidth {
  double read = 0;
  double copy = 0;
};
Bandwidth MeasureBandwidth(int threads, std::size_t bytes_per_thread);

}  // namespace intelliclinix::bench
