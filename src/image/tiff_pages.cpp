#include "image/tiff_pages.h"

#include <string>

#include "base/digits.h"

namespace intelliclinix::image {
namespace {

bool IsCopyOrMask(const TiffFile& file) {
  std::uint32_t kind = file.Get<std::uint32_t>(TIFFTAG_SUBFILETYPE).value_or(0);
  return (kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) != 0;
}

std::string Describe(const TiffLayout& layout) {
  return GroupDigits(layout.header.width) + " x " + GroupDigits(layout.header.height) + " pixels of " +
         GroupDigits(layout.header.channels) + " x " + SampleName(layout.stored);
}

Status CheckAlike(const TiffLayout& first, const TiffLayout& page, std::size_t number) {
  bool alike = first.header.width == page.header.width && first.header.height == page.header.height &&
               first.header.channels == page.header.channels && first.header.has_alpha == page.header.has_alpha &&
               first.stored == page.stored;
  if (alike) return {};
  return Invalid("The TIFF's pages are not alike: the first has " + Describe(first) + ", page " + GroupDigits(number) +
                 " has " + Describe(page) + ". Save the pages that belong together as a file of their own.");
}

Status AddPage(TiffFile& file, const DecodeLimits& limits, TiffPages& pages) {
  if (pages.pages.size() == kMaxTiffPages) {
    return Fail(ErrorCode::kTooLarge, "The TIFF holds more than " + GroupDigits(kMaxTiffPages) +
                                          " pages, which is the limit. Save a part of it as a file of its own.");
  }
  Result<TiffLayout> layout = ReadTiffLayout(file, limits);
  std::size_t number = pages.pages.size() + 1;
  if (!layout && number > 1) layout.error().message.insert(0, "Page " + GroupDigits(number) + ": ");
  if (!layout) return std::unexpected(layout.error());
  if (number > 1) IC_RETURN_IF_ERROR(CheckAlike(pages.layout, *layout, number));
  if (number == 1) pages.layout = *layout;
  pages.pages.push_back({.directory = TIFFCurrentDirOffset(file.handle())});
  return {};
}

/// The offset of the pixels, where they lie in one piece without compression; else nothing.
std::optional<std::uint64_t> OnePiece(const TiffFile& file, const TiffLayout& layout) {
  TIFF* tiff = file.handle();
  bool plain = file.Get<std::uint16_t>(TIFFTAG_COMPRESSION).value_or(COMPRESSION_NONE) == COMPRESSION_NONE;
  if (!plain || layout.tiled || layout.separate) return std::nullopt;
  std::uint64_t start = TIFFGetStrileOffset(tiff, 0);
  std::uint64_t end = start;
  for (std::uint32_t strip = 0; strip < TIFFNumberOfStrips(tiff); ++strip) {
    if (TIFFGetStrileOffset(tiff, strip) != end) return std::nullopt;
    end += TIFFGetStrileByteCount(tiff, strip);
  }
  // ImageJ may tell the bytes of all planes as those of the first one's strip.
  return end - start >= layout.page_bytes() ? std::optional(start) : std::nullopt;
}

}  // namespace

Result<TiffPages> ReadTiffPages(TiffFile& file, const DecodeLimits& limits) {
  TIFF* tiff = file.handle();
  TiffPages pages;
  IC_RETURN_IF_ERROR(AddPage(file, limits, pages));
  for (int directory = 1; TIFFLastDirectory(tiff) == 0; ++directory) {
    if (TIFFReadDirectory(tiff) != 1) {
      Error error = file.Failure();
      error.message.insert(0, "After page " + GroupDigits(pages.pages.size()) + ": ");
      return std::unexpected(error);
    }
    if (IsCopyOrMask(file) && directory < kMaxTiffPages) continue;
    IC_RETURN_IF_ERROR(AddPage(file, limits, pages));
  }
  const std::uint64_t first = pages.pages.front().directory;
  if (TIFFCurrentDirOffset(tiff) != first && TIFFSetSubDirectory(tiff, first) != 1) {
    return std::unexpected(file.Failure());
  }
  return pages;
}

Status AddBarePages(TiffFile& file, std::int64_t count, TiffPages& pages) {
  if (count > kMaxTiffPages) {
    return Fail(ErrorCode::kTooLarge, "The TIFF holds " + GroupDigits(static_cast<std::uint64_t>(count)) +
                                          " planes; at most " + GroupDigits(kMaxTiffPages) +
                                          " are read. Save a part of it as a file of its own.");
  }
  std::optional<std::uint64_t> start = OnePiece(file, pages.layout);
  std::uint64_t bytes = pages.layout.page_bytes();
  if (!start || *start > file.size() || (file.size() - *start) / bytes < static_cast<std::uint64_t>(count)) {
    return Invalid("ImageJ's description tells of " + GroupDigits(static_cast<std::uint64_t>(count)) +
                   " planes, and the file holds fewer. Copy or save it again.");
  }
  TiffPage first = pages.pages.front();
  pages.pages.clear();
  for (std::int64_t i = 0; i < count; ++i) {
    pages.pages.push_back({.directory = first.directory, .bare = *start + static_cast<std::uint64_t>(i) * bytes});
  }
  return {};
}

}  // namespace intelliclinix::image
