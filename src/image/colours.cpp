#include <algorithm>

#include "image/contours.h"
#include "image/regions.h"
#include "image/render.h"

namespace intelliclinix::image {
namespace {

/// Objects this close are neighbours. Units: px, the larger of the distances in y and x.
constexpr int kReach = 3;

/// Pairs of neighbouring labels, smaller first, each pair once.
class Neighbours {
 public:
  void Add(std::uint32_t a, std::uint32_t b) {
    if (a == b || a == 0 || b == 0) return;
    std::uint64_t pair = static_cast<std::uint64_t>(std::min(a, b)) << 32 | std::max(a, b);
    if (pair == last_) return;
    last_ = pair;
    pairs_.push_back(pair);
    if (pairs_.size() >= compact_at_) Compact();
  }

  const std::vector<std::uint64_t>& Sorted() {
    Compact();
    return pairs_;
  }

 private:
  /// The same pair comes once for each pixel along a border: without this, memory would follow pixels, not objects.
  void Compact() {
    std::sort(pairs_.begin(), pairs_.end());
    pairs_.erase(std::unique(pairs_.begin(), pairs_.end()), pairs_.end());
    compact_at_ = 2 * pairs_.size() + (1 << 20);
  }

  std::vector<std::uint64_t> pairs_;
  std::uint64_t last_ = 0;
  std::size_t compact_at_ = 1 << 20;
};

/// Looks right and down of one pixel, so that each pair of pixels is seen once.
void AddAround(const LabelImage& labels, int y, int x, Neighbours& neighbours) {
  std::uint32_t label = labels.at(y, x);
  int bottom = std::min(y + kReach, labels.height - 1);
  int left = std::max(x - kReach, 0);
  int right = std::min(x + kReach, labels.width - 1);
  for (int nx = x + 1; nx <= right; ++nx) neighbours.Add(label, labels.at(y, nx));
  for (int ny = y + 1; ny <= bottom; ++ny) {
    for (int nx = left; nx <= right; ++nx) neighbours.Add(label, labels.at(ny, nx));
  }
}

/// The nearest pixels of two objects are on their outlines, so nothing else need be looked at.
Neighbours FindNeighbours(const LabelImage& labels) {
  std::vector<std::uint8_t> outline = OutlinePixels(labels);
  Neighbours neighbours;
  for (int y = 0; y < labels.height; ++y) {
    for (int x = 0; x < labels.width; ++x) {
      if (outline[static_cast<std::size_t>(y) * labels.width + x] != 0) AddAround(labels, y, x, neighbours);
    }
  }
  return neighbours;
}

/// Spreads the palette over the image rather than using its first colours most.
std::uint8_t FirstChoice(std::uint32_t label) { return static_cast<std::uint8_t>(label * 7 % kPaletteSize); }

std::uint8_t Choose(std::uint32_t label, std::uint32_t taken) {
  for (int step = 0; step < kPaletteSize; ++step) {
    int colour = (FirstChoice(label) + step) % kPaletteSize;
    if ((taken >> colour & 1) == 0) return static_cast<std::uint8_t>(colour);
  }
  return FirstChoice(label);
}

}  // namespace

const std::array<Rgb, kPaletteSize> kPalette = {{
    {255, 70, 70},    // red
    {60, 220, 90},    // green
    {80, 140, 255},   // blue
    {255, 225, 50},   // yellow
    {255, 80, 230},   // magenta
    {40, 235, 240},   // cyan
    {255, 150, 30},   // orange
    {165, 100, 255},  // violet
    {180, 255, 60},   // lime
    {255, 180, 205},  // pink
    {0, 165, 150},    // teal
    {205, 150, 95},   // tan
}};

std::vector<std::uint8_t> AssignColours(const LabelImage& labels) {
  std::uint32_t count = MaxLabel(labels);
  std::vector<std::uint8_t> colours(static_cast<std::size_t>(count) + 1, 0);
  std::vector<std::uint32_t> taken(colours.size(), 0);  // by neighbours with a smaller label, one bit a colour
  Neighbours neighbours = FindNeighbours(labels);
  auto pair = neighbours.Sorted().begin();
  auto end = neighbours.Sorted().end();
  for (std::uint32_t label = 1; label <= count && label != 0; ++label) {
    colours[label] = Choose(label, taken[label]);
    for (; pair != end && *pair >> 32 == label; ++pair) {
      taken[*pair & 0xffff'ffff] |= 1U << colours[label];
    }
  }
  return colours;
}

}  // namespace intelliclinix::image
