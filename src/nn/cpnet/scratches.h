// Scratch memory of kernels, one piece for each thread of a pass.
#pragma once

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>
#include <vector>

#include "nn/cpnet/aligned_floats.h"

namespace intelliclinix::nn::cpnet {

/// Threads that share a pass at most; with more, a layer's parts get too small.
inline constexpr int kMaxCrew = 16;

/// Keeps pieces between passes, as many as threads work at the same time, so that later passes allocate nothing.
/// Threads: any.
class Scratches {
 public:
  explicit Scratches(int kept) : kept_(static_cast<std::size_t>(kept)) { free_.reserve(kept_ + kMaxCrew); }

  /// The pieces of one pass, given back at its end.
  class Use {
   public:
    /// `count` pieces, at most kMaxCrew, of at least `floats`. Throws: std::bad_alloc.
    Use(Scratches& from, int count, std::size_t floats) : from_(from), count_(static_cast<std::size_t>(count)) {
      for (std::size_t i = 0; i < count_; ++i) pieces_[i] = from_.Take(floats);
    }
    ~Use() {
      for (std::size_t i = 0; i < count_; ++i) from_.GiveBack(std::move(pieces_[i]));
    }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

    float* operator[](int part) { return pieces_[static_cast<std::size_t>(part)].data(); }

   private:
    Scratches& from_;
    std::size_t count_;
    std::array<AlignedFloats, kMaxCrew> pieces_;
  };

 private:
  AlignedFloats Take(std::size_t floats) {
    {
      const std::lock_guard lock(mutex_);
      const auto found = std::ranges::find_if(free_, [&](const AlignedFloats& free) { return free.size() >= floats; });
      if (found != free_.end()) {
        AlignedFloats piece = std::move(*found);
        free_.erase(found);
        return piece;
      }
    }
    return AlignedFloats(floats);
  }

  void GiveBack(AlignedFloats piece) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(piece));
    // Small pieces, of other sizes of tiles or a pass that was cut short, go first.
    if (free_.size() > kept_) free_.erase(std::ranges::min_element(free_, {}, &AlignedFloats::size));
  }

  const std::size_t kept_;
  std::mutex mutex_;
  std::vector<AlignedFloats> free_;  // guarded by mutex_
};

}  // namespace intelliclinix::nn::cpnet
