// OME-XML: what an OME-TIFF says of its planes, channels and pixels.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "image/image.h"

namespace intelliclinix::image {

/// Longer OME-XML is refused. The longest that is of use tells of each of 20,000 planes. Units: bytes.
inline constexpr std::size_t kMaxOmeXmlBytes = 8 << 20;

struct OmeChannel {
  std::string name{};  ///< UTF-8; empty where there is none
  int samples = 1;     ///< of each pixel
};

/// Which planes the pages hold: `count` planes from c, z, t on, in the file's order, in the pages from `page` on.
struct OmePlanes {
  int c = 0;
  int z = 0;
  int t = 0;
  int page = 0;
  int count = 1;
};

/// The one image of an OME-XML.
struct OmeImage {
  int width = 0;   ///< px
  int height = 0;  ///< px
  int channels = 0;
  int depth = 0;
  int times = 0;
  std::string order{};                      ///< of planes, fastest first: a permutation of "CZT"
  std::string type{};                       ///< "uint8", "float", ...
  std::vector<OmeChannel> listed{};         ///< one for all the samples of a pixel; may be empty
  std::vector<OmePlanes> planes{};          ///< empty: all, in order
  std::optional<PixelSizeUm> pixel_size{};  ///< where it is given in a unit of length
};

/// Whether a TIFF's description is OME-XML.
bool IsOmeXml(std::string_view description);

/// Entities and document types are refused, never resolved.
/// Errors: kInvalidArgument or kTooLarge for what is no OME-XML, is over kMaxOmeXmlBytes, has no sizes, or tells of
/// several images or of several files.
/// Source: https://docs.openmicroscopy.org/ome-model/6.3.1/ome-tiff/specification.html
Result<OmeImage> ReadOmeXml(std::string_view xml);

}  // namespace intelliclinix::image
