#include "image/ome_xml.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <set>

#include <pugixml.hpp>

#include "base/digits.h"
#include "base/utf8.h"
#include "image/length_unit.h"

namespace intelliclinix::image {
namespace {

constexpr std::size_t kMaxNameBytes = 200;

std::unexpected<Error> Refuse(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "The OME-TIFF's metadata cannot be used: " + what);
}

/// The name of an element without its namespace's prefix.
std::string_view LocalName(pugi::xml_node node) {
  std::string_view name = node.name();
  std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::vector<pugi::xml_node> Children(pugi::xml_node parent, std::string_view name) {
  std::vector<pugi::xml_node> found;
  for (pugi::xml_node child : parent.children()) {
    if (LocalName(child) == name) found.push_back(child);
  }
  return found;
}

Result<int> ReadSize(pugi::xml_node node, const char* name) {
  long long size = node.attribute(name).as_llong(0);
  if (size >= 1 && size <= 1'000'000) return static_cast<int>(size);
  return Refuse(std::string("its ") + name + " is missing or no number of 1 to 1,000,000. Export it again.");
}

Result<std::string> ReadOrder(pugi::xml_node pixels) {
  std::string_view order = pixels.attribute("DimensionOrder").as_string();
  std::string planes(order.substr(std::min<std::size_t>(2, order.size())));
  std::string sorted = planes;
  std::ranges::sort(sorted);
  if (order.starts_with("XY") && sorted == "CTZ") return planes;
  return Refuse("its DimensionOrder is missing or none of XYCZT, XYCTZ, XYZCT, XYZTC, XYTCZ, XYTZC. Export it again.");
}

std::optional<double> ReadLength(pugi::xml_node pixels, const char* size, const char* unit) {
  std::optional<double> micrometres = MicrometresOf(pixels.attribute(unit).as_string("\u00b5m"));
  if (!micrometres) return std::nullopt;
  return PlausibleMicrometres(pixels.attribute(size).as_double(0) * *micrometres);
}

std::optional<PixelSizeUm> ReadPixelSize(pugi::xml_node pixels) {
  std::optional<double> x = ReadLength(pixels, "PhysicalSizeX", "PhysicalSizeXUnit");
  std::optional<double> y = ReadLength(pixels, "PhysicalSizeY", "PhysicalSizeYUnit");
  if (!x || !y) return std::nullopt;
  return PixelSizeUm{*x, *y};
}

std::string ReadName(pugi::xml_node channel) {
  std::string_view name = channel.attribute("Name").as_string();
  return name.size() <= kMaxNameBytes && IsUtf8(name) && !HasControls(name) ? std::string(name) : std::string();
}

/// Planes of other files are named by these files' ids.
Status CheckOneFile(pugi::xml_node root, const std::vector<pugi::xml_node>& entries) {
  std::set<std::string_view> files;
  for (pugi::xml_node entry : entries) {
    for (pugi::xml_node uuid : Children(entry, "UUID")) files.insert(uuid.child_value());
  }
  std::string_view own = root.attribute("UUID").as_string();
  bool others = files.size() > 1 || (files.size() == 1 && !own.empty() && *files.begin() != own);
  if (!others) return {};
  return Refuse("its planes lie in several files. Save them as one file.");
}

Result<OmePlanes> ReadPlanes(pugi::xml_node entry, std::int64_t all) {
  bool has_page = !entry.attribute("IFD").empty();
  auto number = [&](const char* name, long long otherwise) { return entry.attribute(name).as_llong(otherwise); };
  const long long values[] = {number("FirstC", 0), number("FirstZ", 0), number("FirstT", 0), number("IFD", 0),
                              number("PlaneCount", has_page ? 1 : all)};
  for (long long value : values) {
    if (value < 0 || value > std::numeric_limits<int>::max()) {
      return Refuse("an entry of its TiffData is no number from 0 on. Export it again.");
    }
  }
  return OmePlanes{static_cast<int>(values[0]), static_cast<int>(values[1]), static_cast<int>(values[2]),
                   static_cast<int>(values[3]), static_cast<int>(values[4])};
}

Status ReadSizes(pugi::xml_node pixels, OmeImage& image) {
  IC_ASSIGN_OR_RETURN(image.width, ReadSize(pixels, "SizeX"));
  IC_ASSIGN_OR_RETURN(image.height, ReadSize(pixels, "SizeY"));
  IC_ASSIGN_OR_RETURN(image.channels, ReadSize(pixels, "SizeC"));
  IC_ASSIGN_OR_RETURN(image.depth, ReadSize(pixels, "SizeZ"));
  IC_ASSIGN_OR_RETURN(image.times, ReadSize(pixels, "SizeT"));
  IC_ASSIGN_OR_RETURN(image.order, ReadOrder(pixels));
  return {};
}

Result<OmeImage> ReadPixels(pugi::xml_node root, pugi::xml_node pixels) {
  OmeImage image;
  IC_RETURN_IF_ERROR(ReadSizes(pixels, image));
  image.type = pixels.attribute("Type").as_string();
  image.pixel_size = ReadPixelSize(pixels);
  for (pugi::xml_node channel : Children(pixels, "Channel")) {
    int samples = std::clamp(channel.attribute("SamplesPerPixel").as_int(1), 0, 1'000'000);
    image.listed.push_back({ReadName(channel), samples});
  }
  std::vector<pugi::xml_node> entries = Children(pixels, "TiffData");
  IC_RETURN_IF_ERROR(CheckOneFile(root, entries));
  std::int64_t all = std::int64_t{image.channels} * image.depth;
  all = std::min<std::int64_t>(all * image.times, std::numeric_limits<int>::max());
  for (pugi::xml_node entry : entries) {
    IC_ASSIGN_OR_RETURN(OmePlanes planes, ReadPlanes(entry, all));
    image.planes.push_back(planes);
  }
  return image;
}

Result<OmeImage> ReadDocument(const pugi::xml_document& document) {
  pugi::xml_node root = document.document_element();
  if (LocalName(root) != "OME") return Refuse("it is not OME-XML. Export it again.");
  std::vector<pugi::xml_node> images = Children(root, "Image");
  if (images.empty()) return Refuse("it tells of no image. Export it again as a file of its own.");
  if (images.size() > 1) {
    return Refuse("the file holds " + GroupDigits(images.size()) +
                  " images (series), and one is read from a file. Save the one that is wanted as a file of its own.");
  }
  std::vector<pugi::xml_node> pixels = Children(images.front(), "Pixels");
  if (pixels.size() != 1) return Refuse("it does not tell how its pixels lie. Export it again.");
  return ReadPixels(root, pixels.front());
}

}  // namespace

bool IsOmeXml(std::string_view description) {
  std::string_view head = description.substr(0, 4096);
  return head.starts_with("<") &&
         (head.find("<OME") != std::string_view::npos || head.find(":OME ") != std::string_view::npos);
}

Result<OmeImage> ReadOmeXml(std::string_view xml) {
  if (xml.size() > kMaxOmeXmlBytes) {
    return Fail(ErrorCode::kTooLarge, "The OME-TIFF's metadata has " + GroupDigits(xml.size()) + " bytes; at most " +
                                          GroupDigits(kMaxOmeXmlBytes) +
                                          " are read. Save the image without its original metadata.");
  }
  if (xml.find("<!DOCTYPE") != std::string_view::npos || xml.find("<!ENTITY") != std::string_view::npos) {
    return Refuse("it defines a document type or entities, which are not read. Export it again without them.");
  }
  try {
    pugi::xml_document document;
    pugi::xml_parse_result parsed =
        document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!parsed) {
      return Refuse(std::string("it is not well-formed XML (") + parsed.description() + " at byte " +
                    GroupDigits(static_cast<std::uint64_t>(parsed.offset)) + "). Export it again.");
    }
    return ReadDocument(document);
  } catch (const std::bad_alloc&) {
    return Fail(ErrorCode::kResourceExhausted, "There is not enough memory to read the OME-TIFF's metadata.");
  }
}

}  // namespace intelliclinix::image
