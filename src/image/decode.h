// PNG, JPEG and TIFF become an Image, or an error that a scientist can act on.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/byte_source.h"
#include "base/result.h"
#include "image/image.h"
#include "image/stack.h"

namespace intelliclinix::image {

/// Bounds that a file is held to before memory is taken for its pixels.
struct DecodeLimits {
  std::uint64_t max_pixels = 400'000'000;  ///< height * width
  int max_side = 200'000;                  ///< px
  int max_channels = 64;                   ///< as stored, alpha too
  std::uint64_t max_bytes = 8ULL << 30;    ///< of the decoded image
  std::uint64_t max_block_bytes =
      256ULL << 20;  ///< one strip or tile of a TIFF, the coefficients of a progressive JPEG
};

class FormatReader;

/// An image file whose header has been read and whose planes are decoded as they are asked for: a stack of many pages
/// is walked along once, however many of its planes are wanted.
/// Threads: one. Borrows: the file.
class ImageFile {
 public:
  /// Errors: as ReadHeader.
  static Result<ImageFile> Open(ByteSource& file, const DecodeLimits& limits = {}, std::string_view axes = {});
  ImageFile(ImageFile&&) noexcept;
  ImageFile& operator=(ImageFile&&) noexcept;
  ~ImageFile();

  const ImageHeader& header() const;

  /// As the function of this name. Each plane once.
  Result<Image> Decode(const PlaneChoice& choice);

 private:
  explicit ImageFile(std::unique_ptr<FormatReader> reader);

  std::unique_ptr<FormatReader> reader_;
};

/// What kind of file it is and how large the image, without decoding pixels. The format is told by content, never by
/// name.
/// - PNG: 1 to 16 bit; palettes become RGB, fewer than 8 bits become 8.
/// - JPEG: grey and colour; height and width are those after the EXIF orientation. CMYK is refused.
/// - TIFF: integers of 8, 16 and 32 bits and floats of 32 and 64, grey or RGB with any number of channels; strips or
///   tiles, samples interleaved or in planes, not compressed or LZW, Deflate, LZMA, PackBits, Zstandard; BigTIFF.
///   Several pages are a stack, which OME-XML, ImageJ's or tifffile's description explains, or else `axes`
///   (tiff_stack.h).
/// Errors: kInvalidArgument for what is no such file, is damaged or is of a kind that cannot be segmented; kTooLarge
/// over a limit; those of `file`. Messages do not name the file: the caller does.
Result<ImageHeader> ReadHeader(ByteSource& file, const DecodeLimits& limits = {}, std::string_view axes = {});

/// All channels of one plane, or of planes in z made one; no other plane is decoded. Alpha is dropped; EXIF orientation
/// of a JPEG is applied; samples of a TIFF in which white is zero are inverted, so that what is bright on a screen is
/// bright here. Floats that are NaN or infinite become 0 and are counted. A mean of integers is rounded to the nearest.
/// Where a region is asked for, the rest is decoded and takes no memory.
/// Errors: as ReadHeader; kInvalidArgument for truncated or damaged pixels, and for a plane or region that is not
/// there.
Result<Image> Decode(ByteSource& file, const DecodeLimits& limits = {}, const PlaneRequest& request = {});

/// Decodes every pixel of every plane as Decode does and keeps none: what passes here will decode. Takes a few rows of
/// memory, and at most limits.max_block_bytes for a tile, a strip as it is stored (a single one without compression is
/// read in pieces) or a progressive JPEG. Errors: as Decode.
Result<ImageHeader> Check(ByteSource& file, const DecodeLimits& limits = {}, std::string_view axes = {});

}  // namespace intelliclinix::image
