// What a page of a TIFF holds and how, and whether it can be segmented.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "image/decode.h"
#include "image/image.h"
#include "image/samples.h"
#include "image/tiff_file.h"

namespace intelliclinix::image {

struct TiffLayout {
  ImageHeader header;  ///< of the page alone
  StoredSample stored;
  bool tiled = false;
  bool separate = false;       ///< each channel in strips or tiles of its own
  bool white_is_zero = false;  ///< samples are to be inverted
  int tile_height = 0;         ///< px, when tiled
  int tile_width = 0;
  std::uint64_t block_bytes = 0;  ///< decoded: one tile, or one row of a strip

  int channels_per_block() const { return separate ? 1 : header.channels; }
  int colours() const { return header.channels - (header.has_alpha ? 1 : 0); }
  /// Decoded. Units: bytes.
  std::uint64_t page_bytes() const {
    return static_cast<std::uint64_t>(header.height) * header.width * header.channels * stored.bytes();
  }
};

/// Errors: kInvalidArgument naming the compression of the page that the handle is at, unless it is a lossless one that
/// is read.
Status CheckTiffCompression(const TiffFile& file);

/// Of the page that the handle is at.
/// Errors: kInvalidArgument for samples, colours or compression that are refused, for directories
/// that contradict themselves, and for blocks past the end of the file; kTooLarge for a block over
/// limits.max_block_bytes.
Result<TiffLayout> ReadTiffLayout(const TiffFile& file, const DecodeLimits& limits);

}  // namespace intelliclinix::image
