// Rows become a PNG in memory.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.h"
#include "image/encode.h"

namespace intelliclinix::image {

/// Where rows come from. Row(y) is valid until the next call.
class PngRows {
 public:
  virtual ~PngRows() = default;
  virtual const std::byte* Row(int y) noexcept = 0;
};

struct PngShape {
  int height = 0;
  int width = 0;
  int channels = 1;   ///< 1 grey, 3 RGB, 4 RGBA
  int bit_depth = 8;  ///< 8 or 16; rows of 16 bit are big-endian
};

/// Errors: kInvalidArgument when there are no pixels; kResourceExhausted when memory runs out.
Result<std::vector<std::byte>> WritePng(const PngShape& shape, PngContent content, PngRows& rows);

}  // namespace intelliclinix::image
