#include "image/tiff_layout.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>

#include "base/digits.h"
#include "image/format_reader.h"

namespace intelliclinix::image {
namespace {

std::unexpected<Error> Contradiction(const std::string& what) {
  return Invalid("The TIFF is damaged: " + what + ". Export it again.");
}

std::string_view CompressionName(int compression) {
  switch (compression) {
    case COMPRESSION_JPEG:
    case COMPRESSION_OJPEG:
      return "JPEG";
    case COMPRESSION_JP2000:
      return "JPEG 2000";
    case COMPRESSION_WEBP:
      return "WebP";
    case COMPRESSION_LERC:
      return "LERC";
    case COMPRESSION_SGILOG:
    case COMPRESSION_SGILOG24:
      return "LogLuv";
    case COMPRESSION_CCITTRLE:
    case COMPRESSION_CCITTFAX3:
    case COMPRESSION_CCITTFAX4:
      return "fax (CCITT)";
    default:
      return "an unusual method";
  }
}

Result<StoredSample> ReadSample(const TiffFile& file) {
  StoredSample stored{.bits = file.Get<std::uint16_t>(TIFFTAG_BITSPERSAMPLE).value_or(1)};
  int format = file.Get<std::uint16_t>(TIFFTAG_SAMPLEFORMAT).value_or(SAMPLEFORMAT_UINT);
  if (format == SAMPLEFORMAT_INT) stored.kind = StoredSample::Kind::kSigned;
  if (format == SAMPLEFORMAT_IEEEFP) stored.kind = StoredSample::Kind::kFloat;
  if (format <= SAMPLEFORMAT_VOID && IsRead(stored)) return stored;
  std::string name = format <= SAMPLEFORMAT_VOID ? SampleName(stored) : std::to_string(stored.bits) + "-bit complex";
  return Invalid("The TIFF has " + name +
                 " samples; integers of 8, 16 and 32 bits and floating-point of 32 and 64 are read. Convert it to one "
                 "of them.");
}

bool LastChannelIsAlpha(const TiffFile& file) {
  std::uint16_t count = 0;
  const std::uint16_t* kinds = nullptr;
  if (TIFFGetField(file.handle(), TIFFTAG_EXTRASAMPLES, &count, &kinds) != 1 || count == 0 || kinds == nullptr) {
    return false;
  }
  return kinds[count - 1] == EXTRASAMPLE_ASSOCALPHA || kinds[count - 1] == EXTRASAMPLE_UNASSALPHA;
}

Status ReadColours(const TiffFile& file, TiffLayout& layout) {
  int photometric = file.Get<std::uint16_t>(TIFFTAG_PHOTOMETRIC).value_or(PHOTOMETRIC_MINISBLACK);
  layout.header.channels = file.Get<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL).value_or(1);
  layout.header.has_alpha = LastChannelIsAlpha(file) && layout.header.channels > 1;
  layout.white_is_zero = photometric == PHOTOMETRIC_MINISWHITE;
  if (photometric == PHOTOMETRIC_RGB && layout.colours() < 3) return Contradiction("it is RGB with fewer channels");
  if (layout.white_is_zero && layout.stored.kind != StoredSample::Kind::kUnsigned) {
    return Invalid("The TIFF has " + SampleName(layout.stored) +
                   " samples in which white is zero. Invert it and save it with black zero.");
  }
  if (photometric == PHOTOMETRIC_RGB || photometric == PHOTOMETRIC_MINISBLACK || layout.white_is_zero) return {};
  std::string_view name = photometric == PHOTOMETRIC_PALETTE     ? "a colour palette"
                          : photometric == PHOTOMETRIC_SEPARATED ? "CMYK (print) colours"
                          : photometric == PHOTOMETRIC_YCBCR     ? "YCbCr colours"
                          : photometric == PHOTOMETRIC_MASK      ? "a transparency mask"
                                                                 : "colours of an unusual kind";
  return Invalid("The TIFF has " + std::string(name) + ", which cannot be segmented. Save it as grey or RGB.");
}

Result<int> ReadSide(const TiffFile& file, std::uint32_t tag) {
  std::uint32_t pixels = file.Get<std::uint32_t>(tag).value_or(0);
  if (pixels == 0 || pixels > static_cast<std::uint32_t>(std::numeric_limits<int>::max())) {
    return Contradiction("a width or height is missing or impossible");
  }
  return static_cast<int>(pixels);
}

Status CheckBlockBytes(std::uint64_t bytes, const DecodeLimits& limits) {
  if (bytes <= limits.max_block_bytes) return {};
  return Fail(ErrorCode::kTooLarge, "The TIFF has a strip or tile of " + GroupDigits(bytes) + " bytes; at most " +
                                        GroupDigits(limits.max_block_bytes) +
                                        " can be read. Save it with smaller strips or tiles, or without compression.");
}

Status ReadBlocks(const TiffFile& file, const DecodeLimits& limits, TiffLayout& layout) {
  TIFF* tiff = file.handle();
  int planar = file.Get<std::uint16_t>(TIFFTAG_PLANARCONFIG).value_or(PLANARCONFIG_CONTIG);
  layout.separate = planar == PLANARCONFIG_SEPARATE && layout.header.channels > 1;
  layout.tiled = TIFFIsTiled(tiff) != 0;
  auto sample_bytes = static_cast<std::uint64_t>(layout.channels_per_block()) * layout.stored.bytes();
  std::uint64_t expected = sample_bytes * layout.header.width;
  layout.block_bytes = TIFFScanlineSize64(tiff);
  if (layout.tiled) {
    IC_ASSIGN_OR_RETURN(layout.tile_height, ReadSide(file, TIFFTAG_TILELENGTH));
    IC_ASSIGN_OR_RETURN(layout.tile_width, ReadSide(file, TIFFTAG_TILEWIDTH));
    layout.block_bytes = TIFFTileSize64(tiff);
    IC_RETURN_IF_ERROR(CheckBlockBytes(static_cast<std::uint64_t>(layout.tile_height) * layout.tile_width,
                                       limits));  // before it is multiplied on
    expected = sample_bytes * layout.tile_width * layout.tile_height;
  }
  if (layout.block_bytes != expected) return Contradiction("its strips or tiles are not as large as its samples say");
  return CheckBlockBytes(layout.block_bytes, limits);
}

Status CheckStoredBlocks(const TiffFile& file, const DecodeLimits& limits) {
  TIFF* tiff = file.handle();
  std::uint32_t count = TIFFIsTiled(tiff) != 0 ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
  for (std::uint32_t block = 0; block < count; ++block) {
    std::uint64_t offset = TIFFGetStrileOffset(tiff, block);
    std::uint64_t bytes = TIFFGetStrileByteCount(tiff, block);
    if (offset > file.size() || bytes > file.size() - offset) {
      return Invalid("The TIFF is incomplete: pixels that it lists lie past the end of the file. Copy it again.");
    }
    IC_RETURN_IF_ERROR(CheckBlockBytes(bytes, limits));
  }
  return {};
}

}  // namespace

Status CheckTiffCompression(const TiffFile& file) {
  constexpr std::array<int, 7> kRead = {COMPRESSION_NONE,    COMPRESSION_LZW,  COMPRESSION_ADOBE_DEFLATE,
                                        COMPRESSION_DEFLATE, COMPRESSION_LZMA, COMPRESSION_PACKBITS,
                                        COMPRESSION_ZSTD};
  int compression = file.Get<std::uint16_t>(TIFFTAG_COMPRESSION).value_or(COMPRESSION_NONE);
  bool read = std::find(kRead.begin(), kRead.end(), compression) != kRead.end();
  if (read && TIFFIsCODECConfigured(static_cast<std::uint16_t>(compression)) != 0) return {};
  return Invalid("The TIFF is compressed with " + std::string(CompressionName(compression)) + " (method " +
                 std::to_string(compression) +
                 "), which is not read. Save it without compression or with LZW, Deflate or PackBits.");
}

Result<TiffLayout> ReadTiffLayout(const TiffFile& file, const DecodeLimits& limits) {
  if (file.Get<std::uint32_t>(TIFFTAG_IMAGEDEPTH).value_or(1) > 1) {
    return Invalid("The TIFF keeps a volume in one page, which is not read. Save each plane as a page of its own.");
  }
  TiffLayout layout;
  layout.header.format = ImageHeader::Format::kTiff;
  IC_ASSIGN_OR_RETURN(layout.stored, ReadSample(file));
  layout.header.type = TypeOf(layout.stored);
  layout.header.stored_bits = layout.stored.bits;
  IC_ASSIGN_OR_RETURN(layout.header.height, ReadSide(file, TIFFTAG_IMAGELENGTH));
  IC_ASSIGN_OR_RETURN(layout.header.width, ReadSide(file, TIFFTAG_IMAGEWIDTH));
  IC_RETURN_IF_ERROR(CheckTiffCompression(file));
  IC_RETURN_IF_ERROR(ReadColours(file, layout));
  IC_RETURN_IF_ERROR(ReadBlocks(file, limits, layout));
  IC_RETURN_IF_ERROR(CheckStoredBlocks(file, limits));
  return layout;
}

}  // namespace intelliclinix::image
