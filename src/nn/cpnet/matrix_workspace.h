// The memory of one pass in bfloat16, planned once for a size.
#pragma once

#include <array>

#include "nn/cpnet.h"
#include "nn/cpnet/aligned_bfloats.h"

namespace intelliclinix::nn::cpnet {

/// Images of a pass over a tile, 36 MB at 224 x 224, all with borders of zeros that nobody writes.
/// Threads: one pass at a time, of as many threads as its crew has.
class MatrixWorkspace {
 public:
  /// Throws: std::bad_alloc.
  MatrixWorkspace(int height, int width);

  bool Fits(int height, int width) const { return height == height_ && width == width_; }
  PixelGrid grid(std::size_t level) const { return {height_ >> level, width_ >> level}; }

  struct Level {
    Bfloat16* first = nullptr;   ///< activated, written in turns with `second`
    Bfloat16* second = nullptr;  ///< activated; at the end the level's result on the way up
    Bfloat16* sum = nullptr;     ///< raw
    Bfloat16* skip = nullptr;    ///< raw: the way down's result, kept for the way up
    Bfloat16* input = nullptr;  ///< raw, with the channels of the level before: pooled; then a projection on the way up
    Bfloat16* input_activated = nullptr;  ///< of level 0: the gathered neighbourhoods
    std::array<float*, 3> shift{};        ///< of the way up, with the style in it: [channel]
  };
  std::array<Level, kCpnetLevels> levels{};
  float* image = nullptr;  ///< activated, with a border of one zero: [plane, y + 2, x + 2]

 private:
  int height_;
  int width_;
  AlignedBfloats images_;
  AlignedFloats floats_;
};

}  // namespace intelliclinix::nn::cpnet
