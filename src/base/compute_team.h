// Threads that go through many short steps together.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>

#include "base/compute_pool.h"

namespace intelliclinix {

/// A leader, who goes through a sequence of steps, and helpers, who take parts of each step. Between steps they spin,
/// as a step of some 0.1 ms is over before a sleeping thread has woken. Helpers are threads of a pool that have nothing
/// older to do; where none comes, the leader does all alone, so teams cannot wait for each other. Threads: Share from
/// the leader only.
class ComputeTeam {
 public:
  /// Runs `lead` on the caller's thread or one of `pool`'s, with up to `size - 1` helpers, and returns when all have
  /// ended. Without a pool, or with a size of 1, on the caller's thread alone, without allocating.
  template <typename Lead>
  static void Run(ComputePool* pool, int size, const Lead& lead) {
    if (pool != nullptr && size > 1) return RunWithHelpers(*pool, size, std::cref(lead));
    ComputeTeam alone(1);
    lead(alone);
  }

  explicit ComputeTeam(int size) : size_(size) {}
  ComputeTeam(const ComputeTeam&) = delete;
  ComputeTeam& operator=(const ComputeTeam&) = delete;

  /// Leader and helpers: the most parts of a step.
  int size() const { return size_; }

  /// Runs work(part, begin, end) for each part of [0, items), cut at multiples of `unit`, and returns when all have
  /// ended. `part` < size(). `work` must not throw.
  template <typename Work>
  void Share(int items, int unit, const Work& work) {
    if (size_ < 2) return work(0, 0, items);
    const int units = (items + unit - 1) / unit;
    const auto part = [&](int i) {
      const int begin = std::min(items, i * units / size_ * unit),
                end = std::min(items, (i + 1) * units / size_ * unit);
      if (begin < end) work(i, begin, end);
    };
    using Part = decltype(part);
    Step([](const void* context, int i) { (*static_cast<const Part*>(context))(i); }, &part);
  }

 private:
  using Function = void (*)(const void* context, int part);

  static void RunWithHelpers(ComputePool& pool, int size, const std::function<void(ComputeTeam&)>& lead);
  void Step(Function function, const void* context);
  void Help();
  /// Takes and runs a part of the step that `state` tells of. False when there is none left.
  bool TakePart(std::uint64_t state);
  void End();

  const int size_;
  // The step's number and the parts that were taken; a part is taken by a compare-and-set, which fails once the next
  // step has begun, so what a thread read of the step before is of that step.
  std::atomic<std::uint64_t> state_{0};
  std::atomic<Function> function_{nullptr};
  std::atomic<const void*> context_{nullptr};
  std::atomic<int> ended_{0};  // parts
};

}  // namespace intelliclinix
