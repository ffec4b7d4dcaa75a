#include "image/tiff_stack.h"

#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <string>

#include "base/digits.h"
#include "image/length_unit.h"
#include "image/ome_pages.h"
#include "image/ome_xml.h"
#include "image/page_axes.h"
#include "image/tiff_description.h"

namespace intelliclinix::image {
namespace {

/// What a file says, in whichever way.
struct Description {
  PageFacts facts;
  std::vector<int> order{};  ///< pages in the order of facts.told; empty: as they come
  std::vector<std::string> names{};
  std::optional<PixelSizeUm> pixel_size{};
};

Result<Description> DescribeOme(std::string_view text, const TiffPages& pages) {
  IC_ASSIGN_OR_RETURN(OmeImage image, ReadOmeXml(text));
  IC_ASSIGN_OR_RETURN(OmePages matched, MatchOmePages(image, pages.layout, pages.pages.size()));
  return Description{.facts = {.pages = matched.axes.Count(), .told = matched.axes},
                     .order = std::move(matched.pages),
                     .names = std::move(matched.names),
                     .pixel_size = image.pixel_size};
}

/// TIFF keeps a resolution as float: more than six digits of its inverse would be invented.
std::optional<double> SixDigits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return PlausibleMicrometres(std::strtod(text, nullptr));
}

std::optional<PixelSizeUm> ImagejPixelSize(const TiffFile& file, const std::string& unit) {
  std::optional<double> micrometres = MicrometresOf(unit);
  std::optional<float> x = file.Get<float>(TIFFTAG_XRESOLUTION);
  std::optional<float> y = file.Get<float>(TIFFTAG_YRESOLUTION);
  if (!micrometres || !x || !y || !(*x > 0) || !(*y > 0)) return std::nullopt;
  std::optional<double> width = SixDigits(*micrometres / *x);
  std::optional<double> height = SixDigits(*micrometres / *y);
  if (!width || !height) return std::nullopt;
  return PixelSizeUm{*width, *height};
}

Result<Description> DescribeImagej(const ImagejDescription& imagej, TiffFile& file, TiffPages& pages) {
  if (pages.pages.size() == 1 && imagej.images > 1) IC_RETURN_IF_ERROR(AddBarePages(file, imagej.images, pages));
  auto count = static_cast<std::int64_t>(pages.pages.size());
  std::optional<PageAxes> axes = imagej.Axes();
  if (imagej.images != count || (axes && axes->Count() != count)) {
    return Invalid("ImageJ's description contradicts the file: it tells of " +
                   GroupDigits(static_cast<std::uint64_t>(imagej.images)) + " planes (channels " +
                   GroupDigits(static_cast<std::uint64_t>(imagej.channels)) + ", slices " +
                   GroupDigits(static_cast<std::uint64_t>(imagej.slices)) + ", frames " +
                   GroupDigits(static_cast<std::uint64_t>(imagej.frames)) + "), and the file has " +
                   GroupDigits(static_cast<std::uint64_t>(count)) + " pages. Save it again.");
  }
  return Description{.facts = {.pages = count, .told = axes}, .pixel_size = ImagejPixelSize(file, imagej.unit)};
}

/// What tifffile says of the array is of use where its last sizes are those of the pages.
Description DescribeShaped(const ShapedDescription& shaped, const TiffPages& pages) {
  const ImageHeader& page = pages.layout.header;
  Description description{.facts = {.pages = static_cast<std::int64_t>(pages.pages.size())}};
  std::vector<int> plane = {page.height, page.width};
  if (page.channels > 1) plane.push_back(page.channels);
  if (shaped.shape.size() < plane.size() || !std::equal(plane.rbegin(), plane.rend(), shaped.shape.rbegin())) {
    return description;
  }
  std::size_t leading = shaped.shape.size() - plane.size();
  PageAxes axes{shaped.axes.substr(0, leading), {shaped.shape.begin(), shaped.shape.end() - plane.size()}};
  axes.letters.resize(leading, '?');
  if (axes.Count() != description.facts.pages) return description;
  bool named = !shaped.axes.empty() && CheckAxes(shaped.axes).has_value();
  if (named) description.facts.told = axes;
  if (!named) description.facts.sizes = axes.Squeezed().sizes;
  return description;
}

Result<Description> Describe(TiffFile& file, TiffPages& pages) {
  std::string text = file.Get<const char*>(TIFFTAG_IMAGEDESCRIPTION).value_or("");
  if (IsOmeXml(text)) return DescribeOme(text, pages);
  if (std::optional<ImagejDescription> imagej = ReadImagejDescription(text)) {
    return DescribeImagej(*imagej, file, pages);
  }
  if (std::optional<ShapedDescription> shaped = ReadShapedDescription(text)) return DescribeShaped(*shaped, pages);
  return Description{.facts = {.pages = static_cast<std::int64_t>(pages.pages.size())}};
}

/// The number of each page among those of `axes`, by time, depth and channel, slowest first.
std::vector<std::size_t> OrderOf(const PageAxes& axes, const TiffStack& stack) {
  std::vector<std::size_t> order;
  for (int t = 0; t < stack.header.times; ++t) {
    for (int z = 0; z < stack.header.depth; ++z) {
      for (int c = 0; c < stack.page_channels; ++c) {
        std::size_t index = 0;
        for (std::size_t i = 0; i < axes.letters.size(); ++i) {
          int at = axes.letters[i] == 'T' ? t : axes.letters[i] == 'Z' ? z : c;
          index = index * static_cast<std::size_t>(axes.sizes[i]) + static_cast<std::size_t>(at);
        }
        order.push_back(index);
      }
    }
  }
  return order;
}

TiffStack Arrange(const TiffPages& pages, const PageAxes& axes, Description description) {
  TiffStack stack{
      .header = pages.layout.header, .layout = pages.layout, .page_channels = axes.SizeOf('C'), .pages = {}};
  ImageHeader& header = stack.header;
  header.depth = axes.SizeOf('Z');
  header.times = axes.SizeOf('T');
  header.channels = pages.layout.header.channels * stack.page_channels;
  header.axes = axes.letters + "YX";
  if (pages.layout.colours() > 1) header.axes += stack.page_channels > 1 ? "S" : "C";
  header.pixel_size_um = description.pixel_size;
  if (description.names.size() == static_cast<std::size_t>(header.channels)) {
    header.channel_names = std::move(description.names);
  }
  for (std::size_t index : OrderOf(axes, stack)) {
    std::size_t page = description.order.empty() ? index : static_cast<std::size_t>(description.order[index]);
    stack.pages.push_back(pages.pages[page]);
  }
  return stack;
}

}  // namespace

Result<TiffStack> ReadTiffStack(TiffFile& file, const DecodeLimits& limits, std::string_view axes) {
  IC_ASSIGN_OR_RETURN(TiffPages pages, ReadTiffPages(file, limits));
  IC_ASSIGN_OR_RETURN(Description description, Describe(file, pages));
  IC_ASSIGN_OR_RETURN(PageAxes decided, DecidePageAxes(description.facts, axes));
  if (decided.SizeOf('C') > 1 && pages.layout.header.has_alpha) {
    return Invalid(
        "The TIFF has channels in pages of their own and transparency in each. Save it without transparency.");
  }
  return Arrange(pages, decided, std::move(description));
}

}  // namespace intelliclinix::image
