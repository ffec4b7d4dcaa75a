// An OME-TIFF's metadata held against its pages.
#pragma once

#include <vector>

#include "base/result.h"
#include "image/ome_xml.h"
#include "image/stack.h"
#include "image/tiff_layout.h"

namespace intelliclinix::image {

/// What the metadata says of a file's pages.
struct OmePages {
  PageAxes axes{};                   ///< slowest first
  std::vector<int> pages{};          ///< the page of each plane, in the order of `axes`
  std::vector<std::string> names{};  ///< one a channel, or empty
};

/// `pages`: of the file, each as `layout`.
/// Errors: kInvalidArgument, with both numbers, where sizes, samples or planes are not those of the file.
Result<OmePages> MatchOmePages(const OmeImage& image, const TiffLayout& layout, std::size_t pages);

}  // namespace intelliclinix::image
