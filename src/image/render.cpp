#include "image/render.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>
#include <memory>

#include "image/display.h"

namespace intelliclinix::image {
namespace {

constexpr std::uint8_t kFillAlpha = 70;
constexpr std::uint8_t kOutlineAlpha = 255;
/// Images with a longer side are shown scaled down, which would make a line of 1 px hard to see.
constexpr int kThinLineSide = 1024;

/// Colours of labels as pixels in memory: red, green, blue, and `alpha` where there is an object.
std::vector<std::uint32_t> PixelsOf(const std::vector<std::uint8_t>& colours, std::uint8_t alpha) {
  std::vector<std::uint32_t> pixels(colours.size(), 0);
  for (std::size_t label = 1; label < colours.size(); ++label) {
    const Rgb& colour = kPalette[colours[label]];
    pixels[label] = std::bit_cast<std::uint32_t>(std::array{colour.red, colour.green, colour.blue, alpha});
  }
  return pixels;
}

const std::uint32_t* RowOf(const LabelImage& labels, int y) {
  return labels.labels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(labels.width);
}

void Put(std::uint8_t* pixel, const Rgb& colour) {
  pixel[0] = colour.red;
  pixel[1] = colour.green;
  pixel[2] = colour.blue;
}

/// The outline with the pixels of the same object beside it. Objects keep their extent: the line grows inwards.
std::vector<std::uint8_t> Thicken(const LabelImage& labels, const std::vector<std::uint8_t>& outline) {
  std::vector<std::uint8_t> thick = outline;
  for (int y = 1; y + 1 < labels.height; ++y) {
    for (int x = 1; x + 1 < labels.width; ++x) {
      std::size_t i = static_cast<std::size_t>(y) * labels.width + x;
      if (labels.labels[i] == 0 || outline[i] != 0) continue;
      // A pixel that is not on the outline has neighbours of its own object only.
      thick[i] = outline[i - 1] | outline[i + 1] | outline[i - labels.width] | outline[i + labels.width];
    }
  }
  return thick;
}

}  // namespace

Image Render(const Picture& picture) {
  Image image{.height = picture.height, .width = picture.width, .channels = picture.channels, .samples = {}};
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
  image.samples.resize(row_bytes * static_cast<std::size_t>(image.height));
  for (int y = 0; y < image.height; ++y) {
    picture.paint(y, image.As<std::uint8_t>() + static_cast<std::size_t>(y) * row_bytes);
  }
  return image;
}

Picture DrawOverlay(const Drawing& drawing) {
  const LabelImage& labels = drawing.labels;
  const auto paint = [&labels, &outline = drawing.outline, filled = PixelsOf(drawing.colours, kFillAlpha),
                      lined = PixelsOf(drawing.colours, kOutlineAlpha)](int y, std::uint8_t* row) {
    const std::uint32_t* const label = RowOf(labels, y);
    const std::uint8_t* const line = outline.data() + static_cast<std::size_t>(y) * labels.width;
    for (int x = 0; x < labels.width; ++x) {
      const std::uint32_t pixel = line[x] != 0 ? lined[label[x]] : filled[label[x]];
      std::memcpy(row + std::size_t{4} * x, &pixel, 4);
    }
  };
  return {.height = labels.height, .width = labels.width, .channels = 4, .paint = paint};
}

Picture DrawClassMask(const LabelImage& labels) {
  const auto paint = [&labels](int y, std::uint8_t* row) {
    const std::uint32_t* const label = RowOf(labels, y);
    for (int x = 0; x < labels.width; ++x) Put(row + std::size_t{3} * x, label[x] != 0 ? kNucleusColour : Rgb{});
  };
  return {.height = labels.height, .width = labels.width, .channels = 3, .paint = paint};
}

Picture DrawInstanceMask(const Drawing& drawing) {
  const LabelImage& labels = drawing.labels;
  const auto paint = [&labels, pixels = PixelsOf(drawing.colours, 0)](int y, std::uint8_t* row) {
    const std::uint32_t* const label = RowOf(labels, y);
    for (int x = 0; x < labels.width; ++x) std::memcpy(row + std::size_t{3} * x, &pixels[label[x]], 3);
  };
  return {.height = labels.height, .width = labels.width, .channels = 3, .paint = paint};
}

Picture DrawComposite(const Image& source, const Drawing& drawing) {
  const LabelImage& labels = drawing.labels;
  assert(source.height == labels.height && source.width == labels.width);
  const bool thick = std::max(labels.height, labels.width) > kThinLineSide;
  auto line =
      std::make_shared<const std::vector<std::uint8_t>>(thick ? Thicken(labels, drawing.outline) : drawing.outline);
  auto shown = std::make_shared<const Image>(StretchForDisplay(source));
  const auto paint = [&labels, &colours = drawing.colours, line, shown](int y, std::uint8_t* row) {
    const std::size_t first = static_cast<std::size_t>(y) * labels.width;
    const std::uint8_t* pixel = shown->As<std::uint8_t>() + first * shown->channels;
    for (int x = 0; x < labels.width; ++x, pixel += shown->channels) {
      const bool is_grey = shown->channels == 1;
      const Rgb from{pixel[0], pixel[is_grey ? 0 : 1], pixel[is_grey ? 0 : 2]};
      Put(row + std::size_t{3} * x, (*line)[first + x] != 0 ? kPalette[colours[labels.labels[first + x]]] : from);
    }
  };
  return {.height = labels.height, .width = labels.width, .channels = 3, .paint = paint};
}

}  // namespace intelliclinix::image
