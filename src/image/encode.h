// Images and label images become PNG and TIFF files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "image/image.h"
#include "image/render.h"

namespace intelliclinix::image {

/// Largest label that a 16-bit PNG can hold; beyond, EncodeLabelTiff32.
inline constexpr std::uint32_t kMaxPngLabel = 65'535;

/// What the pixels are like, which decides how they are compressed best; any image may be written as either.
enum class PngContent {
  kDrawing,     ///< areas of one value: masks, overlays
  kPhotograph,  ///< a value of its own in each pixel
};

/// A PNG of an 8-bit image: 1 channel is grey, 3 are RGB, 4 are RGBA.
/// Errors: kInvalidArgument for another type, number of channels, or no pixels.
Result<std::vector<std::byte>> EncodePng(const Image& image, PngContent content = PngContent::kDrawing);

/// The same of a picture, which is painted as it is written. Errors: as above.
Result<std::vector<std::byte>> EncodePng(const Picture& picture, PngContent content = PngContent::kDrawing);

/// A grey 16-bit PNG in which a pixel's value is its label.
/// Errors: kInvalidArgument when a label is above kMaxPngLabel or there are no pixels.
Result<std::vector<std::byte>> EncodeLabelPng16(const LabelImage& labels);

/// A grey 32-bit unsigned TIFF (deflate, strips) in which a pixel's value is its label.
/// Errors: kInvalidArgument when there are no pixels; kTooLarge when the file would pass 4 GB.
Result<std::vector<std::byte>> EncodeLabelTiff32(const LabelImage& labels);

/// A plane and what it is called.
struct NamedPlane {
  const char* name;
  const Plane& plane;
};

/// A 32-bit float TIFF, not compressed, of one page a plane; pages have names.
/// Errors: kInvalidArgument when there are no pixels; kTooLarge when the file would pass 4 GB.
Result<std::vector<std::byte>> EncodePlanesTiff(std::span<const NamedPlane> planes);

}  // namespace intelliclinix::image
