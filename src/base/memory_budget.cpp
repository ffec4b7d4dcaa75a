#include "base/memory_budget.h"

namespace intelliclinix {

MemoryBudget::Share::~Share() {
  if (budget_ == nullptr) return;
  {
    const std::lock_guard lock(budget_->mutex_);
    budget_->taken_ -= bytes_;
  }
  budget_->changed_.notify_all();
}

bool MemoryBudget::HasRoom(std::uint64_t bytes) const {
  return bytes_ == 0 || taken_ == 0 || (taken_ <= bytes_ && bytes <= bytes_ - taken_);
}

bool MemoryBudget::IsScarce() const {
  const std::lock_guard lock(mutex_);
  return !waiting_.empty();
}

std::optional<MemoryBudget::Share> MemoryBudget::Take(std::uint64_t bytes, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto place = waiting_.insert(waiting_.end(), bytes);
  const bool has_room =
      changed_.wait(lock, stop, [&] { return place == waiting_.begin() && HasRoom(bytes); }) && !stop.stop_requested();
  waiting_.erase(place);
  if (has_room) taken_ += bytes;
  lock.unlock();
  changed_.notify_all();  // the next in line
  return has_room ? std::optional(Share(*this, bytes)) : std::nullopt;
}

}  // namespace intelliclinix
