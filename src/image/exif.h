// The one thing of EXIF that matters here.
#pragma once

#include <cstddef>

#include "base/byte_source.h"
#include "base/result.h"

namespace intelliclinix::image {

/// The orientation 1..8 that a JPEG's EXIF block asks for; 1 when there is none or it is damaged.
/// Errors: those of `file`.
/// Source: JEITA CP-3451 (EXIF 2.3), 4.5.2 and 4.6.4.
Result<int> JpegOrientation(ByteSource& file);

/// Where the pixels of an image stored with an orientation go when it is upright. Offsets count pixels.
struct Placement {
  int height = 0;  ///< upright
  int width = 0;
  std::ptrdiff_t origin = 0;       ///< of the stored pixel [0, 0]
  std::ptrdiff_t row_step = 0;     ///< from a stored row to the next
  std::ptrdiff_t column_step = 0;  ///< from a stored column to the next
};

/// `height` and `width` as stored, `orientation` 1..8.
Placement PlaceUpright(int height, int width, int orientation);

}  // namespace intelliclinix::image
