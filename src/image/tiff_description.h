// What ImageJ and tifffile write about pages into a TIFF's description.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/stack.h"

namespace intelliclinix::image {

/// A description that begins with "ImageJ=".
struct ImagejDescription {
  std::int64_t images = 1;  ///< planes in all
  int channels = 1;
  int slices = 1;
  int frames = 1;
  std::string unit{};  ///< of the resolution in the TIFF's tags

  /// Planes by channels, slices and frames; when these tell nothing of several planes, nothing.
  std::optional<PageAxes> Axes() const;
};

/// Numbers that are none, or below 1, count as missing. Nothing where it is no such description.
/// Source: https://imagej.net/ij/source/ij/io/TiffDecoder.java and FileSaver.java
std::optional<ImagejDescription> ReadImagejDescription(std::string_view text);

/// What tifffile writes: the array that was saved.
struct ShapedDescription {
  std::vector<int> shape{};  ///< slowest first
  std::string axes{};        ///< of as many letters, or empty
};

/// Nothing where it is no such description: JSON with "shape", a list of numbers from 1 on.
std::optional<ShapedDescription> ReadShapedDescription(std::string_view text);

}  // namespace intelliclinix::image
