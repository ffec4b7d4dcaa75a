// Label images that come from files.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "base/byte_source.h"
#include "base/result.h"
#include "image/decode.h"
#include "image/image.h"

namespace intelliclinix::image {

/// What a label image is held to before memory is taken for it.
struct LabelLimits {
  std::optional<std::pair<int, int>> size;  ///< height and width; none: any
  std::uint64_t max_pixels = 400'000'000;   ///< height * width
};

/// Takes labels in pieces of rows, in any order, each pixel once.
class LabelSink {
 public:
  virtual ~LabelSink() = default;
  virtual void Put(int y, int x, std::span<const std::uint32_t> labels) noexcept = 0;
};

/// An opened label image whose pixels have not been read.
/// Threads: one.
class LabelReader {
 public:
  virtual ~LabelReader() = default;
  virtual int height() const = 0;
  virtual int width() const = 0;
  /// Takes memory for a row or a tile. Call once. Errors: as DecodeLabels.
  virtual Status Read(LabelSink& sink) = 0;
};

/// Opens what DecodeLabels reads. Borrows: `file`, for as long as the reader lives. Errors: as DecodeLabels.
Result<std::unique_ptr<LabelReader>> OpenLabels(ByteSource& file, const LabelLimits& limits);

/// A label image from a grey PNG of 8 or 16 bits, or a TIFF of one page and one channel with whole
/// numbers of 8, 16 or 32 bits. The palette of a TIFF is only for the eye: a pixel's value is its label.
/// Errors: kInvalidArgument when it is no such file, is damaged, has another size (both are named) or a negative label;
/// kTooLarge; those of `file`. Messages do not name the file.
Result<LabelImage> DecodeLabels(ByteSource& file, const LabelLimits& limits);

/// The smallest number from 1 to the largest label that no pixel has; none when the labels are dense.
std::optional<std::uint32_t> FirstMissingLabel(const LabelImage& labels);

}  // namespace intelliclinix::image
