// Measures how long the stages of a segmentation take.
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "cellpose/segment.h"

namespace intelliclinix::cellpose {

/// Adds the time since the last call to a stage. Threads: one.
class StageClock {
 public:
  /// What has passed since the last call, or since the clock was made, was `stage`.
  void End(std::string_view stage) {
    const auto now = std::chrono::steady_clock::now();
    const double passed = std::chrono::duration<double, std::milli>(now - last_).count();
    last_ = now;
    for (StageTime& time : times_) {
      if (time.stage == stage) {
        time.milliseconds += passed;
        return;
      }
    }
    times_.push_back({.stage = std::string(stage), .milliseconds = passed});
  }

  const std::vector<StageTime>& times() const { return times_; }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  std::vector<StageTime> times_;
};

}  // namespace intelliclinix::cellpose
