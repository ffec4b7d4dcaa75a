#include <algorithm>
#include <limits>
#include <span>

#include "image/regions.h"
#include "image/render.h"

namespace intelliclinix::image {
namespace {

/// Objects this close are neighbours. Units: px, the larger of the distances in y and x.
constexpr int kReach = 3;

constexpr std::uint8_t kNoColour = 255;

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

struct Pairs {
  Neighbours near;      ///< within kReach
  Neighbours touching;  ///< by a side or a corner of a pixel
};

/// Looks right and down of one pixel, so that each pair of pixels is seen once.
void AddAround(const LabelImage& labels, int y, int x, Pairs& pairs) {
  const std::uint32_t label = labels.at(y, x);
  const int bottom = std::min(y + kReach, labels.height - 1);
  const int left = std::max(x - kReach, 0);
  const int right = std::min(x + kReach, labels.width - 1);
  for (int nx = x + 1; nx <= right; ++nx) pairs.near.Add(label, labels.at(y, nx));
  for (int ny = y + 1; ny <= bottom; ++ny) {
    for (int nx = left; nx <= right; ++nx) pairs.near.Add(label, labels.at(ny, nx));
  }
  if (x + 1 < labels.width) pairs.touching.Add(label, labels.at(y, x + 1));
  if (y + 1 == labels.height) return;
  for (int nx = std::max(x - 1, 0); nx <= std::min(x + 1, labels.width - 1); ++nx) {
    pairs.touching.Add(label, labels.at(y + 1, nx));
  }
}

/// The nearest pixels of two objects are on their outlines, so nothing else need be looked at.
Pairs FindNeighbours(const LabelImage& labels, const std::vector<std::uint8_t>& outline) {
  Pairs pairs;
  for (int y = 0; y < labels.height; ++y) {
    for (int x = 0; x < labels.width; ++x) {
      if (outline[static_cast<std::size_t>(y) * labels.width + x] != 0) AddAround(labels, y, x, pairs);
    }
  }
  return pairs;
}

/// The neighbours of each label, one list after the other.
class Graph {
 public:
  Graph(const std::vector<std::uint64_t>& pairs, std::uint32_t labels) : first_(static_cast<std::size_t>(labels) + 2) {
    for (const std::uint64_t pair : pairs) ++first_[(pair >> 32) + 1], ++first_[(pair & kLow) + 1];
    for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
    neighbours_.resize(2 * pairs.size());
    std::vector<std::size_t> end(first_.begin(), first_.end());
    for (const std::uint64_t pair : pairs) {
      neighbours_[end[pair >> 32]++] = static_cast<std::uint32_t>(pair & kLow);
      neighbours_[end[pair & kLow]++] = static_cast<std::uint32_t>(pair >> 32);
    }
  }

  std::span<const std::uint32_t> Of(std::uint32_t label) const {
    return std::span(neighbours_).subspan(first_[label], first_[label + 1] - first_[label]);
  }

 private:
  static constexpr std::uint64_t kLow = 0xffff'ffff;

  std::vector<std::size_t> first_;
  std::vector<std::uint32_t> neighbours_;
};

/// Labels in an order in which each has few neighbours among those before it: the label with the fewest neighbours
/// goes last, then the one with the fewest among the rest, and so on. Objects in one piece have at most 7 then,
/// because the graph of what touches can be drawn with one crossing an edge.
/// Source: Matula and Beck 1983, smallest-last ordering.
std::vector<std::uint32_t> SmallestLast(const Graph& touching, std::uint32_t count) {
  std::vector<std::size_t> degree(static_cast<std::size_t>(count) + 1);
  std::vector<std::vector<std::uint32_t>> by_degree(1);
  for (std::uint32_t label = count; label >= 1; --label) {
    degree[label] = touching.Of(label).size();
    by_degree.resize(std::max(by_degree.size(), degree[label] + 1));
    by_degree[degree[label]].push_back(label);
  }
  constexpr std::size_t kTaken = std::numeric_limits<std::size_t>::max();
  std::vector<std::uint32_t> order;
  for (std::size_t least = 0; order.size() < count;) {
    if (by_degree[least].empty()) {
      ++least;
      continue;
    }
    const std::uint32_t label = by_degree[least].back();
    by_degree[least].pop_back();
    if (degree[label] != least) continue;  // it stands at its later degree too
    degree[label] = kTaken;
    order.push_back(label);
    for (const std::uint32_t other : touching.Of(label)) {
      if (degree[other] != kTaken) by_degree[--degree[other]].push_back(other);
    }
    least = least > 0 ? least - 1 : 0;
  }
  std::ranges::reverse(order);
  return order;
}

/// One bit a colour of the neighbours that have one.
std::uint32_t TakenColours(std::span<const std::uint32_t> neighbours, const std::vector<std::uint8_t>& colours) {
  std::uint32_t taken = 0;
  for (const std::uint32_t label : neighbours) {
    if (colours[label] != kNoColour) taken |= 1U << colours[label];
  }
  return taken;
}

/// Spreads the colours over the image rather than using the first of them most.
std::uint8_t FirstChoice(std::uint32_t label) { return static_cast<std::uint8_t>(label * 7 % kUsualColours); }

/// The first colour that is free; beyond the usual ones, the darker ones. kNoColour when none is.
std::uint8_t Choose(std::uint32_t label, std::uint32_t taken, int colours) {
  for (int step = 0; step < colours; ++step) {
    const int colour = step < kUsualColours ? (FirstChoice(label) + step) % kUsualColours : step;
    if ((taken >> colour & 1) == 0) return static_cast<std::uint8_t>(colour);
  }
  return kNoColour;
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
    // Those above, darker.
    {140, 38, 38},
    {33, 121, 50},
    {44, 77, 140},
    {140, 124, 28},
    {140, 44, 127},
    {22, 129, 132},
    {140, 83, 17},
    {91, 55, 140},
    {99, 140, 33},
    {140, 99, 113},
    {0, 91, 83},
    {113, 83, 52},
}};

std::vector<std::uint8_t> AssignColours(const LabelImage& labels, const std::vector<std::uint8_t>& outline) {
  const std::uint32_t count = MaxLabel(labels);
  Pairs pairs = FindNeighbours(labels, outline);
  const Graph near(pairs.near.Sorted(), count);
  const Graph touching(pairs.touching.Sorted(), count);
  std::vector<std::uint8_t> colours(static_cast<std::size_t>(count) + 1, kNoColour);
  for (const std::uint32_t label : SmallestLast(touching, count)) {
    std::uint8_t colour = Choose(label, TakenColours(near.Of(label), colours), kUsualColours);
    if (colour == kNoColour) colour = Choose(label, TakenColours(touching.Of(label), colours), kPaletteSize);
    colours[label] = colour == kNoColour ? FirstChoice(label) : colour;
  }
  colours[0] = 0;
  return colours;
}

}  // namespace intelliclinix::image
