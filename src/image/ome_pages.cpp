#include "image/ome_pages.h"

#include <algorithm>
#include <string>

#include "base/digits.h"

namespace intelliclinix::image {
namespace {

std::unexpected<Error> Contradiction(const std::string& metadata, const std::string& file) {
  return Fail(ErrorCode::kInvalidArgument, "The OME-TIFF's metadata contradicts the file: it tells of " + metadata +
                                               ", and the file has " + file + ". Export it again.");
}

std::string Number(std::int64_t number) { return GroupDigits(static_cast<std::uint64_t>(number)); }

/// "1 page", "2 pages".
std::string Counted(std::int64_t number, const std::string& what) {
  return Number(number) + " " + what + (number == 1 ? "" : "s");
}

std::string Size(int width, int height) { return Number(width) + " x " + Number(height) + " pixels"; }

std::string TypeName(const StoredSample& stored) {
  if (stored.kind == StoredSample::Kind::kFloat) return stored.bits == 64 ? "double" : "float";
  return (stored.kind == StoredSample::Kind::kSigned ? "int" : "uint") + std::to_string(stored.bits);
}

Status CheckPlane(const OmeImage& image, const TiffLayout& layout) {
  const ImageHeader& page = layout.header;
  if (image.width != page.width || image.height != page.height) {
    return Contradiction(Size(image.width, image.height), Size(page.width, page.height));
  }
  if (image.type != TypeName(layout.stored)) {
    return Contradiction("samples of type '" + image.type.substr(0, 40) + "'", TypeName(layout.stored));
  }
  for (const OmeChannel& channel : image.listed) {
    if (channel.samples == page.channels) continue;
    return Contradiction(Number(channel.samples) + " samples a pixel", Number(page.channels));
  }
  if (image.channels % page.channels != 0) {
    return Contradiction(Number(image.channels) + " channels", Number(page.channels) + " samples a pixel");
  }
  return {};
}

/// Sizes by the order of planes, which is fastest first.
PageAxes AxesOf(const OmeImage& image, int page_channels) {
  PageAxes axes;
  axes.letters.assign(image.order.rbegin(), image.order.rend());
  for (char letter : axes.letters) {
    axes.sizes.push_back(letter == 'C' ? page_channels : letter == 'Z' ? image.depth : image.times);
  }
  return axes;
}

/// The number of the plane that `planes` begins with, -1 for one that is not in the image.
std::int64_t FirstPlane(const OmePlanes& planes, const PageAxes& axes, int samples) {
  std::int64_t index = 0;
  for (std::size_t i = 0; i < axes.letters.size(); ++i) {
    int at = axes.letters[i] == 'C' ? planes.c / samples : axes.letters[i] == 'Z' ? planes.z : planes.t;
    if (at >= axes.sizes[i]) return -1;
    index = index * axes.sizes[i] + at;
  }
  return index;
}

Result<std::vector<int>> PlacePlanes(const OmeImage& image, const PageAxes& axes, int samples, std::size_t pages) {
  std::vector<OmePlanes> entries = image.planes;
  auto planes = static_cast<std::size_t>(axes.Count());
  if (entries.empty()) entries.push_back({.count = static_cast<int>(planes)});
  std::vector<int> placed(planes, -1);
  for (const OmePlanes& entry : entries) {
    std::int64_t first = FirstPlane(entry, axes, samples);
    auto count = std::min<std::int64_t>(entry.count, static_cast<std::int64_t>(planes));
    if (first < 0 || first + count > static_cast<std::int64_t>(planes)) {
      return Contradiction("planes outside of its own sizes", Counted(static_cast<std::int64_t>(pages), "page"));
    }
    if (entry.page + count > static_cast<std::int64_t>(pages)) {
      return Contradiction("a page " + Number(entry.page + count), Counted(static_cast<std::int64_t>(pages), "page"));
    }
    for (int i = 0; i < count; ++i) placed[static_cast<std::size_t>(first + i)] = entry.page + i;
  }
  return placed;
}

/// Each plane has a page, and each page a plane.
Status CheckPlaced(std::vector<int> placed, std::size_t pages) {
  if (std::ranges::find(placed, -1) != placed.end()) {
    auto found = static_cast<std::int64_t>(placed.size()) - std::ranges::count(placed, -1);
    return Contradiction(Counted(static_cast<std::int64_t>(placed.size()), "plane"), "pages for " + Number(found));
  }
  std::ranges::sort(placed);
  if (std::ranges::adjacent_find(placed) == placed.end()) return {};
  return Contradiction("several planes in page " + Number(*std::ranges::adjacent_find(placed) + 1),
                       Counted(static_cast<std::int64_t>(pages), "page"));
}

std::vector<std::string> NamesOf(const OmeImage& image, const TiffLayout& layout) {
  std::vector<std::string> names;
  names.reserve(image.listed.size());
  for (const OmeChannel& channel : image.listed) names.push_back(channel.name);
  bool any = std::ranges::any_of(names, [](const std::string& name) { return !name.empty(); });
  bool one_each = layout.header.channels == 1 && names.size() == static_cast<std::size_t>(image.channels);
  return any && one_each ? names : std::vector<std::string>();
}

}  // namespace

Result<OmePages> MatchOmePages(const OmeImage& image, const TiffLayout& layout, std::size_t pages) {
  IC_RETURN_IF_ERROR(CheckPlane(image, layout));
  int samples = layout.header.channels;
  OmePages matched{.axes = AxesOf(image, image.channels / samples), .pages = {}, .names = NamesOf(image, layout)};
  if (matched.axes.Count() != static_cast<std::int64_t>(pages)) {
    return Contradiction(Counted(matched.axes.Count(), "plane"), Counted(static_cast<std::int64_t>(pages), "page"));
  }
  IC_ASSIGN_OR_RETURN(matched.pages, PlacePlanes(image, matched.axes, samples, pages));
  IC_RETURN_IF_ERROR(CheckPlaced(matched.pages, pages));
  return matched;
}

}  // namespace intelliclinix::image
