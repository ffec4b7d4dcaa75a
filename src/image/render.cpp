#include "image/render.h"

#include <algorithm>
#include <cassert>

#include "image/contours.h"
#include "image/display.h"

namespace intelliclinix::image {
namespace {

constexpr std::uint8_t kFillAlpha = 70;
constexpr std::uint8_t kOutlineAlpha = 255;
/// Images with a longer side are shown scaled down, which would make a line of 1 px hard to see.
constexpr int kThinLineSide = 1024;

Image Blank(int height, int width, int channels) {
  Image image{.height = height, .width = width, .channels = channels, .type = PixelType::kUint8, .samples = {}};
  image.samples.resize(image.pixel_count() * channels);
  return image;
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

Image RenderOverlay(const LabelImage& labels, const std::vector<std::uint8_t>& colours) {
  std::vector<std::uint8_t> outline = OutlinePixels(labels);
  Image overlay = Blank(labels.height, labels.width, 4);
  auto* pixels = overlay.As<std::uint8_t>();
  for (std::size_t i = 0; i < labels.labels.size(); ++i) {
    std::uint32_t label = labels.labels[i];
    if (label == 0) continue;
    Put(pixels + 4 * i, kPalette[colours[label]]);
    pixels[4 * i + 3] = outline[i] != 0 ? kOutlineAlpha : kFillAlpha;
  }
  return overlay;
}

Image RenderClassMask(const LabelImage& labels) {
  Image mask = Blank(labels.height, labels.width, 3);
  auto* pixels = mask.As<std::uint8_t>();
  for (std::size_t i = 0; i < labels.labels.size(); ++i) {
    if (labels.labels[i] != 0) Put(pixels + 3 * i, kNucleusColour);
  }
  return mask;
}

Image RenderInstanceMask(const LabelImage& labels, const std::vector<std::uint8_t>& colours) {
  Image mask = Blank(labels.height, labels.width, 3);
  auto* pixels = mask.As<std::uint8_t>();
  for (std::size_t i = 0; i < labels.labels.size(); ++i) {
    if (labels.labels[i] != 0) Put(pixels + 3 * i, kPalette[colours[labels.labels[i]]]);
  }
  return mask;
}

Image RenderComposite(const Image& source, const LabelImage& labels, const std::vector<std::uint8_t>& colours) {
  assert(source.height == labels.height && source.width == labels.width);
  std::vector<std::uint8_t> line = OutlinePixels(labels);
  if (std::max(labels.height, labels.width) > kThinLineSide) line = Thicken(labels, line);
  Image shown = StretchForDisplay(source);
  Image composite = Blank(labels.height, labels.width, 3);
  const auto* from = shown.As<std::uint8_t>();
  auto* to = composite.As<std::uint8_t>();
  for (std::size_t i = 0; i < labels.labels.size(); ++i) {
    const std::uint8_t* pixel = from + i * shown.channels;
    if (line[i] != 0) {
      Put(to + 3 * i, kPalette[colours[labels.labels[i]]]);
    } else {
      Put(to + 3 * i, shown.channels == 1 ? Rgb{*pixel, *pixel, *pixel} : Rgb{pixel[0], pixel[1], pixel[2]});
    }
  }
  return composite;
}

}  // namespace intelliclinix::image
