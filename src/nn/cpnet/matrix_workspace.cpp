#include "nn/cpnet/matrix_workspace.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace intelliclinix::nn::cpnet {
namespace {

/// Collects buffers, then gives each its place in one block of memory.
template <typename T>
class MatrixPlan {
 public:
  void Add(T*& buffer, std::size_t size) {
    constexpr std::size_t kLine = 64 / sizeof(T);
    entries_.emplace_back(&buffer, total_);
    // A line more, so that images of one size do not fall into the same sets of the cache.
    total_ += (size + kLine - 1) / kLine * kLine + kLine;
  }
  std::size_t total() const { return total_; }
  void Place(T* memory) const {
    for (const auto& [buffer, offset] : entries_) *buffer = memory + offset;
  }

 private:
  std::vector<std::pair<T**, std::size_t>> entries_;
  std::size_t total_ = 0;
};

}  // namespace

MatrixWorkspace::MatrixWorkspace(int height, int width) : height_(height), width_(width) {
  MatrixPlan<Bfloat16> images;
  MatrixPlan<float> floats;
  for (std::size_t n = 0; n < levels.size(); ++n) {
    Level& level = levels[n];
    const auto channels = static_cast<std::size_t>(kCpnetChannels[n]);
    const std::size_t size = grid(n).pixels() * channels;
    for (Bfloat16** buffer : {&level.first, &level.second, &level.sum, &level.skip}) images.Add(*buffer, size);
    const std::size_t input = n == 0 ? size : size / 2;
    images.Add(level.input_activated, input);
    if (n > 0) images.Add(level.input, input);
    for (float*& shift : level.shift) floats.Add(shift, channels);
  }
  floats.Add(image, static_cast<std::size_t>(kCpnetPlanes) * static_cast<std::size_t>(height + 2) *
                        static_cast<std::size_t>(width + 2));
  images_ = AlignedBfloats(images.total());
  images.Place(images_.data());
  floats_ = AlignedFloats(floats.total());
  std::fill_n(floats_.data(), floats.total(), 0.0F);
  floats.Place(floats_.data());
}

}  // namespace intelliclinix::nn::cpnet
