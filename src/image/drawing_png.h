// PNG of drawn pictures.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.h"
#include "image/png_writer.h"

namespace intelliclinix::image {

/// As WritePng, fast and small where most pixels are as those above them. `shape` has pixels, of 4 bytes at most.
/// Source: https://www.w3.org/TR/png-3
Result<std::vector<std::byte>> WriteDrawingPng(const PngShape& shape, PngRows& rows);

}  // namespace intelliclinix::image
