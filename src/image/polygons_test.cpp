#include "image/polygons.h"

#include <numeric>
#include <random>
#include <set>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intelliclinix::image {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

/// Rows of '.', and digits for labels.
LabelImage Drawn(const std::vector<std::string>& rows) {
  LabelImage labels(static_cast<int>(rows.size()), static_cast<int>(rows[0].size()));
  for (int y = 0; y < labels.height; ++y) {
    for (int x = 0; x < labels.width; ++x) {
      const char pixel = rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)];
      labels.at(y, x) = pixel == '.' ? 0 : static_cast<std::uint32_t>(pixel - '0');
    }
  }
  return labels;
}

std::vector<Polygon> TraceFirst(const LabelImage& labels) {
  const Region first = MeasureRegions(labels)[0];
  return TracePolygons(CutMask(labels, first), first);
}

bool IsInside(const Ring& ring, int y, int x) {
  bool inside = false;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point& a = ring[i];
    const Point& b = ring[(i + 1) % ring.size()];
    if (a.x == b.x && a.x <= x && std::min(a.y, b.y) <= y && y < std::max(a.y, b.y)) inside = !inside;
  }
  return inside;
}

void ExpectSimple(const Ring& ring) {
  ASSERT_GE(ring.size(), 4U);
  std::set<std::pair<int, int>> corners;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point& a = ring[i];
    const Point& b = ring[(i + 1) % ring.size()];
    const Point& c = ring[(i + 2) % ring.size()];
    EXPECT_TRUE(corners.emplace(a.y, a.x).second) << "twice: " << a.y << " " << a.x;
    EXPECT_NE(a.x == b.x, a.y == b.y);
    EXPECT_EQ(a.x == b.x, b.y == c.y) << "no corner: " << b.y << " " << b.x;
  }
}

/// Draws the polygons of every label again.
void ExpectSameShapes(const LabelImage& labels) {
  LabelImage drawn(labels.height, labels.width);
  for (const Region& region : MeasureRegions(labels)) {
    if (region.area == 0) continue;
    std::uint64_t area = 0;
    for (const Polygon& piece : TracePolygons(CutMask(labels, region), region)) {
      ExpectSimple(piece.outer);
      area += RingArea(piece.outer);
      for (const Ring& hole : piece.holes) {
        ExpectSimple(hole);
        area -= RingArea(hole);
      }
      for (int y = region.y0; y < region.y1; ++y) {
        for (int x = region.x0; x < region.x1; ++x) {
          const bool in_hole = std::ranges::any_of(piece.holes, [&](const Ring& hole) { return IsInside(hole, y, x); });
          if (IsInside(piece.outer, y, x) && !in_hole) drawn.at(y, x) = region.label;
        }
      }
    }
    EXPECT_EQ(area, region.area);
  }
  EXPECT_EQ(drawn.labels, labels.labels);
}

TEST(Polygons, GoAlongTheEdgesOfPixels) {
  const std::vector<Polygon> pieces = TraceFirst(Drawn({"....", ".11.", ".1..", "...."}));
  ASSERT_THAT(pieces, SizeIs(1));
  EXPECT_THAT(pieces[0].outer,
              ElementsAre(Point{1, 3}, Point{2, 3}, Point{2, 2}, Point{3, 2}, Point{3, 1}, Point{1, 1}));
}

TEST(Polygons, OfOnePixelInACornerAreItsSquare) {
  const std::vector<Polygon> pieces = TraceFirst(Drawn({"..", ".1"}));
  ASSERT_THAT(pieces, SizeIs(1));
  EXPECT_THAT(pieces[0].outer, ElementsAre(Point{1, 2}, Point{2, 2}, Point{2, 1}, Point{1, 1}));
}

TEST(Polygons, HaveHoles) {
  const std::vector<Polygon> pieces = TraceFirst(Drawn({"11111", "1.1.1", "11111"}));
  ASSERT_THAT(pieces, SizeIs(1));
  EXPECT_THAT(pieces[0].holes, SizeIs(2));
  EXPECT_EQ(RingArea(pieces[0].outer), 15U);
}

TEST(Polygons, PixelsThatMeetInACornerAreTwoPieces) { EXPECT_THAT(TraceFirst(Drawn({"1.", ".1"})), SizeIs(2)); }

TEST(Polygons, ABayThatIsClosedByACornerIsAHole) {
  const std::vector<Polygon> pieces = TraceFirst(Drawn({"111.", "1.11", "1111"}));
  ASSERT_THAT(pieces, SizeIs(1));
  EXPECT_THAT(pieces[0].holes, SizeIs(1));
}

TEST(Polygons, APieceInAHoleHasItsOwnHole) {
  const LabelImage labels = Drawn({"1111111", "1.....1", "1.111.1", "1.1.1.1", "1.111.1", "1.....1", "1111111"});
  const std::vector<Polygon> pieces = TraceFirst(labels);
  ASSERT_THAT(pieces, SizeIs(2));
  EXPECT_THAT(pieces[0].holes, SizeIs(1));
  EXPECT_THAT(pieces[1].holes, SizeIs(1));
  ExpectSameShapes(labels);
}

TEST(Polygons, OfAnyLabelsDrawThemAgain) {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    LabelImage labels(1 + static_cast<int>(random() % 12), 1 + static_cast<int>(random() % 12));
    for (std::uint32_t& label : labels.labels) label = random() % (round % 2 == 0 ? 2 : 4);
    ExpectSameShapes(labels);
  }
}

}  // namespace
}  // namespace intelliclinix::image
