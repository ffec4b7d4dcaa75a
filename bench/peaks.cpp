#include "bench/peaks.h"

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstring>
#include <thread>

namespace intelliclinix::bench {
namespace {

using Time = std::chrono::steady_clock::time_point;

double Seconds(Time from, Time to) { return std::chrono::duration<double>(to - from).count(); }

}  // namespace

double TimeOnThreads(int threads, const std::function<void(int)>& work) {
  std::barrier begin(threads);
  std::vector<Time> starts(static_cast<std::size_t>(threads));
  std::vector<Time> ends(static_cast<std::size_t>(threads));
  {
    std::vector<std::jthread> workers;
    workers.reserve(static_cast<std::size_t>(threads));
    for (int i = 0; i < threads; ++i) {
      workers.emplace_back([&, i] {
        begin.arrive_and_wait();
        starts[static_cast<std::size_t>(i)] = std::chrono::steady_clock::now();
        work(i);
        ends[static_cast<std::size_t>(i)] = std::chrono::steady_clock::now();
      });
    }
  }
  return Seconds(std::ranges::min(starts), std::ranges::max(ends));
}

std::int64_t PassesFor(const Kernel& kernel, double seconds) {
  std::int64_t passes = 1024;
  double taken = 0;
  for (; taken < seconds / 8; passes *= 2) {
    const Time begin = std::chrono::steady_clock::now();
    kernel.run(passes);
    taken = Seconds(begin, std::chrono::steady_clock::now());
  }
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(passes) / 2 * seconds / taken));
}

double Gflops(const Kernel& kernel, int threads, std::int64_t passes) {
  const double seconds = TimeOnThreads(threads, [&](int) { kernel.run(passes); });
  return kernel.flop_per_pass * static_cast<double>(passes) * threads / seconds / 1e9;
}

Bandwidth MeasureBandwidth(int threads, std::size_t bytes_per_thread) {
  const auto count = static_cast<std::size_t>(threads);
  std::vector<std::vector<unsigned char>> from(count, std::vector<unsigned char>(bytes_per_thread, 1));
  std::vector<std::vector<unsigned char>> to = from;
  // The C library's own loops are the fastest there are: one looks for a byte that is not there, one copies.
  const double read = TimeOnThreads(threads, [&](int i) {
    const auto& bytes = from[static_cast<std::size_t>(i)];
    const void* volatile found = std::memchr(bytes.data(), 2, bytes.size());
    static_cast<void>(found);
  });
  const double copy = TimeOnThreads(threads, [&](int i) {
    const auto& bytes = from[static_cast<std::size_t>(i)];
    std::memcpy(to[static_cast<std::size_t>(i)].data(), bytes.data(), bytes.size());
  });
  const double bytes = static_cast<double>(bytes_per_thread) * threads;
  return {.read = bytes / read / 1e9, .copy = 2 * bytes / copy / 1e9};
}

}  // namespace intelliclinix::bench
