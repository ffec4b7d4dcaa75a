#include "image/polygons.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <utility>

namespace intelliclinix::image {
namespace {

enum Heading { kEast, kSouth, kWest, kNorth };
constexpr Point kStep[] = {{0, 1}, {1, 0}, {0, -1}, {-1, 0}};
/// The pixels ahead of a corner to the left and to the right of the heading, from the pixel at its lower right.
constexpr Point kAheadLeft[] = {{-1, 0}, {0, 0}, {0, -1}, {-1, -1}};
constexpr Point kAheadRight[] = {{0, 0}, {0, -1}, {-1, -1}, {-1, 0}};

/// Twice the area, positive for a ring that is clockwise on the screen.
std::int64_t SignedArea(const Ring& ring) {
  std::int64_t twice = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point& from = ring[i];
    const Point& to = ring[i + 1 == ring.size() ? 0 : i + 1];
    twice += static_cast<std::int64_t>(from.x) * to.y - static_cast<std::int64_t>(to.x) * from.y;
  }
  return twice;
}

/// A ring of a region as it was gone along, which may pass a corner twice.
struct Walk {
  Ring corners;
  bool touches_itself = false;
};

/// Goes along the edges of a region's pixels, with the region on the right hand. Where two of its pixels meet in a
/// corner only, it turns right, so that pieces are 4-connected.
class Walker {
 public:
  explicit Walker(const RegionMask& mask) : mask_(mask), walked_(mask.pixels.size(), 0) {}

  std::vector<Walk> All() {
    std::vector<Walk> walks;
    for (int y = 1; y + 1 < mask_.height; ++y) {
      for (int x = 1; x + 1 < mask_.width; ++x) {
        if (mask_.at(y, x) != 0 && mask_.at(y - 1, x) == 0 && walked_[mask_.index(y, x)] == 0) {
          walks.push_back(From({y, x}));
        }
      }
    }
    return walks;
  }

 private:
  /// Begins east, along the upper edge of pixel `start`, which is the first of its ring.
  Walk From(const Point& start) {
    Walk walk;
    Point at = start;
    Heading heading = kEast;
    do {
      if (heading == kEast) walked_[mask_.index(at.y, at.x)] = 1;
      at = {at.y + kStep[heading].y, at.x + kStep[heading].x};
      const bool left = Inside(at, kAheadLeft[heading]);
      const bool right = Inside(at, kAheadRight[heading]);
      if (right && !left) continue;
      walk.corners.push_back(at);
      walk.touches_itself |= left && !right;
      heading = static_cast<Heading>((heading + (right ? 3 : 1)) % 4);
    } while (at != start || heading != kEast);
    return walk;
  }

  bool Inside(const Point& corner, const Point& ahead) const {
    return mask_.at(corner.y + ahead.y, corner.x + ahead.x) != 0;
  }

  const RegionMask& mask_;
  std::vector<std::uint8_t> walked_;  // by pixel: its upper edge was gone along
};

/// Cuts a walk at the corners that it passes twice.
void AppendSimpleRings(Walk walk, std::vector<Ring>& rings) {
  if (!walk.touches_itself) {
    rings.push_back(std::move(walk.corners));
    return;
  }
  Ring open;
  std::map<std::pair<int, int>, std::size_t> passed;  // where a corner is in `open`
  for (const Point& corner : walk.corners) {
    const auto found = passed.find({corner.y, corner.x});
    if (found != passed.end()) {
      const auto loop = open.begin() + static_cast<std::ptrdiff_t>(found->second);
      rings.emplace_back(loop, open.end());
      for (auto of_loop = loop; of_loop != open.end(); ++of_loop) passed.erase({of_loop->y, of_loop->x});
      open.erase(loop, open.end());
    }
    passed[{corner.y, corner.x}] = open.size();
    open.push_back(corner);
  }
  rings.push_back(std::move(open));
}

/// Whether the middle of the pixel below and right of [y, x] is within the ring.
bool Contains(const Ring& ring, const Point& pixel) {
  bool inside = false;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point& from = ring[i];
    const Point& to = ring[i + 1 == ring.size() ? 0 : i + 1];
    if (from.x != to.x || from.x > pixel.x) continue;  // only edges up and down cross a line to the left
    if (std::min(from.y, to.y) <= pixel.y && pixel.y < std::max(from.y, to.y)) inside = !inside;
  }
  return inside;
}

/// The pixel on the right of a ring's first edge: it belongs to the piece that the ring bounds.
Point PixelBeside(const Ring& ring) {
  const Point& from = ring[0];
  const Point& to = ring[1];
  if (from.y == to.y) return to.x > from.x ? from : Point{from.y - 1, from.x - 1};
  return to.y > from.y ? Point{from.y, from.x - 1} : Point{from.y - 1, from.x};
}

/// Puts holes into the smallest piece around them.
void PutHoles(std::vector<Ring> holes, std::vector<Polygon>& pieces) {
  for (Ring& hole : holes) {
    Polygon* around = nullptr;
    for (Polygon& piece : pieces) {
      if (pieces.size() > 1 && !Contains(piece.outer, PixelBeside(hole))) continue;
      if (around == nullptr || RingArea(piece.outer) < RingArea(around->outer)) around = &piece;
    }
    around->holes.push_back(std::move(hole));
  }
}

}  // namespace

std::uint64_t RingArea(const Ring& ring) { return static_cast<std::uint64_t>(std::abs(SignedArea(ring))) / 2; }

std::vector<Polygon> TracePolygons(const RegionMask& mask, const Region& region) {
  std::vector<Ring> rings;
  for (Walk& walk : Walker(mask).All()) AppendSimpleRings(std::move(walk), rings);
  std::vector<Polygon> pieces;
  std::vector<Ring> holes;
  for (Ring& ring : rings) {
    for (Point& corner : ring) corner = {corner.y + region.y0 - 1, corner.x + region.x0 - 1};
    if (SignedArea(ring) > 0) {
      pieces.push_back({std::move(ring), {}});
    } else {
      holes.push_back(std::move(ring));
    }
  }
  PutHoles(std::move(holes), pieces);
  return pieces;
}

}  // namespace intelliclinix::image
