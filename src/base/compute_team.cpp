#include "base/compute_team.h"

#include <thread>

namespace intelliclinix {
namespace {

constexpr std::uint64_t kParts = 0xFFFF;  // of a state: the parts that were taken
constexpr std::uint64_t kStep = kParts + 1;
constexpr std::uint64_t kEnded = ~std::uint64_t{0};

/// Waits a little, longer where it took long already.
class Spin {
 public:
  void Wait() {
    constexpr int kBeforeYield = 4000;
    if (++turns_ > kBeforeYield) {
      std::this_thread::yield();
      return;
    }
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

 private:
  int turns_ = 0;
};

}  // namespace

void ComputeTeam::RunWithHelpers(ComputePool& pool, int size, const std::function<void(ComputeTeam&)>& lead) {
  ComputeTeam team(size);
  std::atomic<bool> led{false};
  pool.ParallelFor(static_cast<std::size_t>(size), [&](std::size_t) {
    if (led.exchange(true)) return team.Help();
    struct Ending {
      ComputeTeam& team;
      ~Ending() { team.End(); }
    } const ending{team};
    lead(team);
  });
}

void ComputeTeam::Step(Function function, const void* context) {
  function_.store(function, std::memory_order_relaxed);
  context_.store(context, std::memory_order_relaxed);
  ended_.store(0, std::memory_order_relaxed);
  const std::uint64_t state = (state_.load(std::memory_order_relaxed) / kStep + 1) * kStep;
  state_.store(state, std::memory_order_release);
  while (TakePart(state_.load(std::memory_order_acquire))) {
  }
  for (Spin spin; ended_.load(std::memory_order_acquire) < size_;) spin.Wait();
}

bool ComputeTeam::TakePart(std::uint64_t state) {
  const int part = static_cast<int>(state & kParts);
  if (part >= size_) return false;
  const Function function = function_.load(std::memory_order_relaxed);
  const void* const context = context_.load(std::memory_order_relaxed);
  if (state_.compare_exchange_strong(state, state + 1, std::memory_order_acq_rel)) {
    function(context, part);
    ended_.fetch_add(1, std::memory_order_acq_rel);
  }
  return true;
}

void ComputeTeam::Help() {
  Spin spin;
  for (;;) {
    const std::uint64_t state = state_.load(std::memory_order_acquire);
    if (state == kEnded) return;
    if (state < kStep || !TakePart(state)) {
      spin.Wait();
    } else {
      spin = {};
    }
  }
}

void ComputeTeam::End() { state_.store(kEnded, std::memory_order_release); }

}  // namespace intelliclinix
