// An image at all sizes, cut into tiles, so that a viewer reads only what it shows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/result.h"
#include "base/scratch_file.h"
#include "image/decode.h"
#include "image/decode_labels.h"
#include "image/pyramid_layout.h"

namespace intelliclinix::image {

/// The smallest and the largest sample of a channel, in units of the file.
struct SampleRange {
  double minimum = 0;
  double maximum = 0;
};

/// What a viewer needs to show a channel, in units of the file.
struct ChannelContrast {
  SampleRange range;
  double low = 0;  ///< what is shown as black and as white: the percentiles 0.3 and 99.7
  double high = 0;
  std::array<std::uint32_t, 256> histogram{};  ///< of samples, over the range in steps of a 256th
};

/// One plane of an image or a label image, in a scratch file.
/// Threads: const functions from any.
class Pyramid {
 public:
  /// What was found out while it was made.
  struct Found {
    std::vector<ChannelContrast> contrasts{};  ///< one a channel; of labels none
    std::uint32_t largest_label = 0;
  };

  Pyramid(PyramidLayout layout, ScratchFile file, Found found)
      : layout_(std::move(layout)), file_(std::move(file)), found_(std::move(found)) {}

  const PyramidLayout& layout() const { return layout_; }
  const Found& found() const { return found_; }

  /// The samples of a tile, little-endian, channel by channel in the order of `channels`, which must be there.
  /// Errors: kNotFound for a tile that is not there; those of the file.
  Result<std::vector<std::byte>> ReadTile(const TileIndex& tile, std::span<const int> channels) const;

 private:
  PyramidLayout layout_;
  ScratchFile file_;
  Found found_;
};

/// Where pyramids are kept, and how large one may be.
struct PyramidPlace {
  std::string folder;
  std::uint64_t max_bytes = 4ULL << 30;
};

/// Which plane of a file, and how its samples are mapped.
struct PlaneSource {
  DecodeLimits limits{};
  std::string axes{};
  PlaneIndex plane{};  ///< its z is not looked at where there is a projection
  ZProjection projection = ZProjection::kNone;
  std::vector<SampleRange> float_ranges{};  ///< as ReadFloatRanges tells them
};

/// The ranges of the channels over all planes of a file of floats; of one of integers none, and nothing is read.
/// Errors: as Decode.
Result<std::vector<SampleRange>> ReadFloatRanges(ByteSource& file, const DecodeLimits& limits, std::string_view axes);

/// Unsigned integers of 8 and 16 bits stay what they are; floats become 16 bits, the range of their channel 0 to
/// 65,535. Smaller levels are means of 2 x 2 samples, rounded. Decodes the plane once, or each plane of a projection,
/// whatever the order of its pixels, and takes no memory beyond what Check takes and 64 MiB; a mean projection has its
/// sums in `place` until it is made.
/// Errors: as Decode; kTooLarge over place.max_bytes; kResourceExhausted for a full disk.
Result<std::unique_ptr<Pyramid>> MakePyramid(ByteSource& file, const PlaneSource& source, const PyramidPlace& place);

/// The same of a label image, whose labels become 32 bits. Smaller levels have one label of each 2 x 2, never a
/// mixture. Errors: as DecodeLabels; as MakePyramid.
Result<std::unique_ptr<Pyramid>> MakeLabelPyramid(ByteSource& file, const LabelLimits& limits,
                                                  const PyramidPlace& place);

}  // namespace intelliclinix::image
