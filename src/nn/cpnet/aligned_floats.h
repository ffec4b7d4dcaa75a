// Float arrays that begin at a cache line.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>

namespace intelliclinix::nn::cpnet {

/// A fixed number of floats, not initialised, aligned to 64 bytes.
/// Throws: std::bad_alloc.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t size) : size_(size) {
    constexpr std::size_t kFloatsOfLine = 64 / sizeof(float);
    const std::size_t rounded = (size + kFloatsOfLine - 1) / kFloatsOfLine * kFloatsOfLine;
    floats_.reset(static_cast<float*>(std::aligned_alloc(64, rounded * sizeof(float))));
    if (floats_ == nullptr) throw std::bad_alloc();
  }
  explicit AlignedFloats(std::span<const float> values) : AlignedFloats(values.size()) {
    std::ranges::copy(values, data());
  }

  float* data() { return floats_.get(); }
  const float* data() const { return floats_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(float* floats) const { std::free(floats); }
  };
  std::unique_ptr<float, Free> floats_;
  std::size_t size_ = 0;
};

}  // namespace intelliclinix::nn::cpnet
