// Label images for the eye: overlays and masks in colour.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "image/image.h"

namespace intelliclinix::image {

struct Rgb {
  std::uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const Rgb&) const = default;
};

/// Colours that can be told apart from each other and from black, also next to each other. The first kUsualColours
/// suffice but for objects in many pieces.
inline constexpr int kPaletteSize = 24;
inline constexpr int kUsualColours = 12;
extern const std::array<Rgb, kPaletteSize> kPalette;

/// The colour that DrawClassMask gives a nucleus.
inline constexpr Rgb kNucleusColour{0, 0, 255};

/// Index into kPalette for labels 0..N ([0] unused). Objects that touch, by a side or a corner, always differ, if each
/// is in one piece; objects within 3 px of each other differ wherever the usual colours suffice. The same label image
/// gives the same colours.
/// `outline` is OutlinePixels of the labels.
std::vector<std::uint8_t> AssignColours(const LabelImage& labels, const std::vector<std::uint8_t>& outline);

/// A picture that is painted row by row, so that it need not be in memory to become a file.
struct Picture {
  int height = 0;
  int width = 0;
  int channels = 3;                                       ///< 3 RGB, 4 RGBA
  std::function<void(int y, std::uint8_t* row)> paint{};  ///< writes width * channels bytes
};

/// The whole picture.
Image Render(const Picture& picture);

/// What pictures are made of. Borrows all: it must outlive the pictures.
struct Drawing {
  const LabelImage& labels;
  const std::vector<std::uint8_t>& outline;  ///< OutlinePixels of the labels
  const std::vector<std::uint8_t>& colours;  ///< AssignColours of the labels
};

/// RGBA: background transparent, each object filled faintly in its colour, its outline opaque in the same colour.
Picture DrawOverlay(const Drawing& drawing);

/// RGB: kNucleusColour where there is an object, black elsewhere.
Picture DrawClassMask(const LabelImage& labels);

/// RGB: each object in its colour, black elsewhere.
Picture DrawInstanceMask(const Drawing& drawing);

/// RGB: the source as StretchForDisplay (display.h) shows it, the objects' outlines on top; 2 px thick in images that
/// will be shown smaller than they are. `source` and `labels` have the same size.
Picture DrawComposite(const Image& source, const Drawing& drawing);

}  // namespace intelliclinix::image
