// Float arrays that begin at a cache line.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>

#include <sys/mman.h>

namespace intelliclinix::nn::cpnet {

/// A fixed number of floats, not initialised, aligned to 64 bytes. Large ones ask for pages of 2 MB: weights and
/// buffers are 130 MB, and to be given those 4 KB at a time takes longer than a tile. Throws: std::bad_alloc.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t size) : size_(size) {
    constexpr std::size_t kLine = 64, kLargePage = std::size_t{2} << 20;
    const std::size_t bytes = size * sizeof(float);
    const std::align_val_t alignment{bytes < kLargePage ? kLine : kLargePage};
    floats_ = {static_cast<float*>(::operator new(bytes, alignment)), Free{alignment}};
    // Where the system has none to give, pages are small; that is no error.
    if (bytes >= kLargePage) static_cast<void>(madvise(data(), bytes / kLargePage * kLargePage, MADV_HUGEPAGE));
  }
  explicit AlignedFloats(std::span<const float> values) : AlignedFloats(values.size()) {
    std::ranges::copy(values, data());
  }

  float* data() { return floats_.get(); }
  const float* data() const { return floats_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    std::align_val_t alignment;
    void operator()(float* floats) const { ::operator delete(floats, alignment); }
  };
  std::unique_ptr<float, Free> floats_;
  std::size_t size_ = 0;
};

}  // namespace intelliclinix::nn::cpnet
