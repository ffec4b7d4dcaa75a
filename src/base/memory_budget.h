// Memory that is promised before it is taken.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace intelliclinix {

/// So many bytes for all that goes on at once, by what each is estimated to take. Threads: any.
class MemoryBudget {
 public:
  /// Bytes that are taken, until it is destroyed. Must not outlive the budget.
  class Share {
   public:
    Share(Share&& other) noexcept : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
    Share& operator=(Share&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Share();

    std::uint64_t bytes() const { return bytes_; }

   private:
    friend class MemoryBudget;
    Share(MemoryBudget& budget, std::uint64_t bytes) : budget_(&budget), bytes_(bytes) {}

    MemoryBudget* budget_;
    std::uint64_t bytes_;
  };

  /// 0: any number of bytes.
  explicit MemoryBudget(std::uint64_t bytes) : bytes_(bytes) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  /// Waits until there is room and all who came before have theirs, so that much is not passed over for ever by little.
  /// More than the whole budget has room when nothing else is taken. Nothing after `stop`.
  std::optional<Share> Take(std::uint64_t bytes, const std::stop_token& stop = {});

  /// Whether somebody waits.
  bool IsScarce() const;

 private:
  bool HasRoom(std::uint64_t bytes) const;

  const std::uint64_t bytes_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t taken_ = 0;
  std::list<std::uint64_t> waiting_;  // what each of those who wait asked for, in their order
};

}  // namespace intelliclinix
