// Workspaces between passes.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace intelliclinix::nn::cpnet {

/// Keeps as many workspaces as passes run at the same time, so that a size that was seen needs no allocation.
/// Threads: any.
template <typename Workspace>
class Workspaces {
 public:
  explicit Workspaces(int kept) : kept_(static_cast<std::size_t>(kept)) { free_.reserve(kept_ + 1); }

  /// One that fits, or a new one. Throws: std::bad_alloc.
  std::unique_ptr<Workspace> Take(int height, int width) {
    {
      const std::lock_guard lock(mutex_);
      for (auto last = free_.rbegin(); last != free_.rend(); ++last) {
        if (!(*last)->Fits(height, width)) continue;
        std::unique_ptr<Workspace> found = std::move(*last);
        free_.erase(std::next(last).base());
        return found;
      }
    }
    return std::make_unique<Workspace>(height, width);
  }

  void GiveBack(std::unique_ptr<Workspace> workspace) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(workspace));
    if (free_.size() > kept_) free_.erase(free_.begin());
  }

 private:
  const std::size_t kept_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> free_;  // guarded by mutex_; the last used last
};

}  // namespace intelliclinix::nn::cpnet
