// Arrays of bfloat16 that begin at a cache line.
#pragma once

#include <cstring>

#include "nn/cpnet/aligned_floats.h"
#include "nn/cpnet/matrix_kernels.h"

namespace intelliclinix::nn::cpnet {

/// A fixed number of zeros, aligned to 64 bytes.
/// Throws: std::bad_alloc.
class AlignedBfloats {
 public:
  AlignedBfloats() = default;
  explicit AlignedBfloats(std::size_t size) : memory_((size + 1) / 2) {
    std::memset(memory_.data(), 0, memory_.size() * sizeof(float));
  }

  Bfloat16* data() { return reinterpret_cast<Bfloat16*>(memory_.data()); }
  const Bfloat16* data() const { return reinterpret_cast<const Bfloat16*>(memory_.data()); }

 private:
  AlignedFloats memory_;
};

}  // namespace intelliclinix::nn::cpnet
