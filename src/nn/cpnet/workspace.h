// The memory of one pass, planned once for a size.
#pragma once

#include <array>
#include <cstddef>

#include "nn/cpnet.h"
#include "nn/cpnet/aligned_floats.h"

namespace intelliclinix::nn::cpnet {

/// Buffers of a pass over a tile, 27 MB at 224 x 224. Each level has two of its size, which its layers write in turn:
/// a layer may write over what it adds, never over what it convolves.
/// Threads: one pass at a time, of as many threads as its crew has.
class Workspace {
 public:
  /// Throws: std::bad_alloc.
  Workspace(int height, int width);

  int height() const { return height_; }
  int width() const { return width_; }
  bool Fits(int height, int width) const { return height == height_ && width == width_; }

  std::array<float*, kCpnetLevels> skip{};  ///< the way down's result, kept for the way up: [y, x, channel]
  std::array<float*, kCpnetLevels> work{};  ///< the same size
  float* deepest = nullptr;                 ///< a third one of the deepest level
  float* small = nullptr;                   ///< of the level below: its pooled input, or a projection before upsampling
  float* image = nullptr;                   ///< activated, with a border of one zero: [plane, y + 2, x + 2]
  std::array<std::array<float*, 3>, kCpnetLevels> shift{};  ///< of the way up, with the style in it: [channel]

 private:
  int height_;
  int width_;
  AlignedFloats memory_;
};

}  // namespace intelliclinix::nn::cpnet
