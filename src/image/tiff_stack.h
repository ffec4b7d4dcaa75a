// A TIFF as a stack: which page holds which channel of which plane.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "image/stack.h"
#include "image/tiff_pages.h"

namespace intelliclinix::image {

struct TiffStack {
  ImageHeader header;  ///< of the whole file
  TiffLayout layout;   ///< of each page
  int page_channels = 1;
  std::vector<TiffPage> pages;  ///< of plane (z, t) and page channel c: [(t * depth + z) * page_channels + c]

  const TiffPage& PageOf(const PlaneIndex& plane, int channel) const {
    return pages[(static_cast<std::size_t>(plane.t) * header.depth + plane.z) * page_channels + channel];
  }
};

/// Takes what the file says of its pages: OME-XML, ImageJ's description, tifffile's. Where it says nothing, `axes`
/// (which passes CheckAxes) must tell; nothing is guessed. Where both tell, they must agree, but for a file with one
/// kind of pages, which `axes` may call by another name: people save channels as slices.
/// Errors: as ReadTiffPages, ReadOmeXml; kInvalidArgument with field "axes" for pages of which nobody tells what they
/// are, and for axes that do not fit; kInvalidArgument where the file contradicts itself.
Result<TiffStack> ReadTiffStack(TiffFile& file, const DecodeLimits& limits, std::string_view axes);

}  // namespace intelliclinix::image
