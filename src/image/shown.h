// A source image as a person can look at it, reduced while it is read.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "image/format_reader.h"
#include "image/image.h"

namespace intelliclinix::image {

/// What the picture must fit.
struct ShownSize {
  int side = 0;              ///< px
  std::int64_t samples = 0;  ///< pixels times colours shown, of which there are at most 3
};

/// As MakePreview (preview.h) describes it, before it is a PNG. Errors: as MakePreview.
Result<Image> ReadShown(FormatReader& reader, const ShownSize& most);

}  // namespace intelliclinix::image
