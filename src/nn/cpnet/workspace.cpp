#include "nn/cpnet/workspace.h"

#include <utility>
#include <vector>

namespace intelliclinix::nn::cpnet {
namespace {

/// Collects buffers, then gives each its place in one block of memory.
class Plan {
 public:
  void Add(float*& buffer, std::size_t floats) {
    constexpr std::size_t kLineFloats = 16;
    entries_.emplace_back(&buffer, total_);
    total_ += (floats + kLineFloats - 1) / kLineFloats * kLineFloats;
  }

  AlignedFloats Place() const {
    AlignedFloats memory(total_);
    for (const auto& [buffer, offset] : entries_) *buffer = memory.data() + offset;
    return memory;
  }

 private:
  std::vector<std::pair<float**, std::size_t>> entries_;
  std::size_t total_ = 0;
};

}  // namespace

Workspace::Workspace(int height, int width) : height_(height), width_(width) {
  Plan plan;
  const auto pixels = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  for (std::size_t level = 0; level < skip.size(); ++level) {
    const auto channels = static_cast<std::size_t>(kCpnetChannels[level]);
    const std::size_t floats = (pixels >> (2 * level)) * channels;
    plan.Add(skip[level], floats);
    plan.Add(work[level], floats);
    if (level + 1 == skip.size()) plan.Add(deepest, floats);
    for (float*& buffer : shift[level]) plan.Add(buffer, channels);
  }
  plan.Add(small, pixels / 4 * static_cast<std::size_t>(kCpnetChannels[0]));
  plan.Add(image, static_cast<std::size_t>(kCpnetPlanes) * static_cast<std::size_t>(height + 2) *
                      static_cast<std::size_t>(width + 2));
  memory_ = plan.Place();
}

}  // namespace intelliclinix::nn::cpnet
