// The pages of a TIFF, all of one shape.
#pragma once

#include <cstdint>
#include <vector>

#include "image/tiff_file.h"
#include "image/tiff_layout.h"

namespace intelliclinix::image {

/// Files of more pages are refused: each open walks along all of them.
inline constexpr int kMaxTiffPages = 20'000;

/// Where a page is.
struct TiffPage {
  std::uint64_t directory = 0;  ///< its offset; of bare pixels, the first page's
  std::uint64_t bare = 0;       ///< offset of bare pixels that have no directory; 0: it has one
};

struct TiffPages {
  TiffLayout layout;  ///< of each of them, but for strips, tiles and compression
  std::vector<TiffPage> pages;
};

/// Leaves out smaller copies and transparency masks, which are no images of their own. Leaves the handle at the first
/// page.
/// Errors: as ReadTiffLayout, naming the page; kInvalidArgument for directories that form a loop, for pages that differ
/// in size or kind; kTooLarge for more than kMaxTiffPages.
Result<TiffPages> ReadTiffPages(TiffFile& file, const DecodeLimits& limits);

/// Adds the pages of an ImageJ file that keeps one directory for `count` planes, one after the other.
/// Errors: kInvalidArgument when the file is too short, or the pixels do not lie so.
Status AddBarePages(TiffFile& file, std::int64_t count, TiffPages& pages);

}  // namespace intelliclinix::image
