#include "runners/artifacts/convex_hull.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace intelliclinix::runners {
namespace {

// Coordinates are doubled, so that the middles of edges are whole: pixel [y, x] has its centre at [2 y, 2 x] and the
// middles of its edges at [2 y +- 1, 2 x] and [2 y, 2 x +- 1].

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();

/// Pixels first..last of a row; none when first > last.
struct Span {
  std::int64_t first = 0;
  std::int64_t last = -1;
  bool empty() const { return first > last; }
};

struct Corner {
  std::int64_t y = 0;
  std::int64_t x = 0;
};

/// The first and the last pixel of each row.
std::vector<Span> SpansOf(const image::RegionMask& mask) {
  std::vector<Span> spans(static_cast<std::size_t>(mask.height));
  for (int y = 0; y < mask.height; ++y) {
    const std::uint8_t* const row = mask.pixels.data() + mask.index(y, 0);
    const std::uint8_t* const end = row + mask.width;
    const std::uint8_t* const first = std::find(row, end, 1);
    if (first == end) continue;
    const std::uint8_t* last = end - 1;
    while (*last == 0) --last;
    spans[static_cast<std::size_t>(y)] = {first - row, last - row};
  }
  return spans;
}

/// The leftmost middle of an edge on each doubled row, from -1 on; kNone where there is none. With `mirrored` spans,
/// the rightmost, mirrored.
std::vector<std::int64_t> LeftEdges(const std::vector<Span>& spans) {
  std::vector<std::int64_t> edges(2 * spans.size() + 1, kNone);
  for (std::size_t y = 0; y < spans.size(); ++y) {
    if (spans[y].empty()) continue;
    edges[2 * y] = std::min(edges[2 * y], 2 * spans[y].first);
    edges[2 * y + 1] = 2 * spans[y].first - 1;
    edges[2 * y + 2] = 2 * spans[y].first;
  }
  return edges;
}

std::vector<Span> Mirrored(std::vector<Span> spans) {
  for (Span& span : spans) {
    if (!span.empty()) span = {-span.last, -span.first};
  }
  return spans;
}

/// The left side of the hull, downwards. `y` counts doubled rows from -1 as 0.
std::vector<Corner> LeftChain(const std::vector<Span>& spans) {
  const std::vector<std::int64_t> edges = LeftEdges(spans);
  std::vector<Corner> chain;
  for (std::size_t y = 0; y < edges.size(); ++y) {
    if (edges[y] == kNone) continue;
    const Corner next{static_cast<std::int64_t>(y), edges[y]};
    while (chain.size() >= 2) {
      const Corner& a = chain[chain.size() - 2];
      const Corner& b = chain.back();
      // b stays only where it is left of the line from a to next.
      if ((b.x - a.x) * (next.y - a.y) < (next.x - a.x) * (b.y - a.y)) break;
      chain.pop_back();
    }
    chain.push_back(next);
  }
  return chain;
}

std::int64_t CeilDivide(std::int64_t a, std::int64_t positive) {
  return a >= 0 ? (a + positive - 1) / positive : -(-a / positive);
}

/// The first pixel of each row whose centre is right of the chain or on it.
void FirstInside(const std::vector<Corner>& chain, std::vector<Span>& spans) {
  std::size_t next = 1;
  for (std::size_t y = 0; y < spans.size(); ++y) {
    const auto row = static_cast<std::int64_t>(2 * y + 1);
    if (row < chain.front().y || row > chain.back().y) continue;
    while (chain[next].y < row) ++next;
    const Corner& a = chain[next - 1];
    const Corner& b = chain[next];
    const std::int64_t rows = b.y - a.y;
    spans[y].first = CeilDivide(a.x * rows + (row - a.y) * (b.x - a.x), 2 * rows);
    spans[y].last = kNone;
  }
}

/// The rows of the hull image.
std::vector<Span> HullSpans(const std::vector<Span>& spans) {
  std::vector<Span> hull(spans.size());
  std::vector<Span> right(spans.size());
  FirstInside(LeftChain(spans), hull);
  FirstInside(LeftChain(Mirrored(spans)), right);
  for (std::size_t y = 0; y < hull.size(); ++y) {
    if (!hull[y].empty()) hull[y].last = -right[y].first;
  }
  return hull;
}

double LongestDistance(const std::vector<Span>& spans) {
  std::vector<Corner> corners = LeftChain(spans);
  for (const Corner& corner : LeftChain(Mirrored(spans))) corners.push_back({corner.y, -corner.x});
  std::int64_t longest = 0;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    for (std::size_t j = i + 1; j < corners.size(); ++j) {
      const std::int64_t dy = corners[i].y - corners[j].y;
      const std::int64_t dx = corners[i].x - corners[j].x;
      longest = std::max(longest, dy * dy + dx * dx);
    }
  }
  return std::sqrt(static_cast<double>(longest)) / 2;
}

}  // namespace

HullMeasures MeasureHull(const image::RegionMask& mask) {
  const std::vector<Span> spans = SpansOf(mask);
  if (std::ranges::all_of(spans, &Span::empty)) return {};
  const std::vector<Span> hull = HullSpans(spans);
  HullMeasures measures{.longest = LongestDistance(hull)};
  for (const Span& span : hull) {
    if (!span.empty()) measures.area += static_cast<double>(span.last - span.first + 1);
  }
  return measures;
}

}  // namespace intelliclinix::runners
