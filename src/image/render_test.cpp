#include "image/render.h"

#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "image/contours.h"
#include "image/drawn_labels_test.h"

namespace intelliclinix::image::testing {
namespace {

/// Squares of 5 px, 1 px apart, numbered in an order that has nothing to do with their place.
LabelImage Squares(int rows, int columns) {
  std::vector<std::uint32_t> names(static_cast<std::size_t>(rows * columns));
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = static_cast<std::uint32_t>(i + 1);
  std::ranges::shuffle(names, std::mt19937(5));
  LabelImage labels(rows * 6, columns * 6);
  for (int y = 0; y < labels.height; ++y) {
    for (int x = 0; x < labels.width; ++x) {
      if (y % 6 < 5 && x % 6 < 5) labels.at(y, x) = names[static_cast<std::size_t>(y / 6 * columns + x / 6)];
    }
  }
  return labels;
}

std::array<std::uint8_t, 4> Pixel(const Image& image, int y, int x) {
  std::array<std::uint8_t, 4> pixel{0, 0, 0, 255};
  const std::size_t first = (static_cast<std::size_t>(y) * image.width + x) * image.channels;
  for (int c = 0; c < image.channels; ++c) pixel[c] = image.As<std::uint8_t>()[first + c];
  return pixel;
}

std::array<std::uint8_t, 4> Opaque(const Rgb& colour) { return {colour.red, colour.green, colour.blue, 255}; }

std::vector<std::uint8_t> ColoursOf(const LabelImage& labels) { return AssignColours(labels, OutlinePixels(labels)); }

/// A label image with what its pictures are drawn from.
class Painting {
 public:
  explicit Painting(const LabelImage& labels)
      : labels_(labels), outline_(OutlinePixels(labels)), colours_(ColoursOf(labels)) {}
  Drawing drawing() const { return {labels_, outline_, colours_}; }

 private:
  const LabelImage& labels_;
  const std::vector<std::uint8_t> outline_;
  const std::vector<std::uint8_t> colours_;
};

TEST(RenderTest, NeighboursDifferInColour) {
  const LabelImage labels = Squares(30, 40);
  const std::vector<std::uint8_t> colours = ColoursOf(labels);
  ASSERT_EQ(1201u, colours.size());
  for (int y = 0; y < labels.height; ++y) {
    for (int x = 0; x < labels.width; ++x) {
      const std::uint32_t label = labels.at(y, x);
      for (int ny = y; ny <= std::min(y + 3, labels.height - 1); ++ny) {
        for (int nx = std::max(x - 3, 0); nx <= std::min(x + 3, labels.width - 1); ++nx) {
          const std::uint32_t other = labels.at(ny, nx);
          if (label == 0 || other == 0 || label == other) continue;
          ASSERT_NE(colours[label], colours[other]) << label << " beside " << other;
        }
      }
    }
  }
  EXPECT_EQ(colours, ColoursOf(labels));
  EXPECT_EQ(static_cast<std::size_t>(kUsualColours), std::set(colours.begin() + 1, colours.end()).size());
}

/// Whether objects that touch by a side or a corner have different colours.
void ExpectTouchingDiffer(const LabelImage& labels) {
  const std::vector<std::uint8_t> colours = ColoursOf(labels);
  for (int y = 0; y < labels.height; ++y) {
    for (int x = 0; x < labels.width; ++x) {
      for (const auto& [dy, dx] : {std::pair(0, 1), std::pair(1, -1), std::pair(1, 0), std::pair(1, 1)}) {
        if (y + dy >= labels.height || x + dx < 0 || x + dx >= labels.width) continue;
        const std::uint32_t label = labels.at(y, x);
        const std::uint32_t other = labels.at(y + dy, x + dx);
        if (label == 0 || other == 0 || label == other) continue;
        ASSERT_NE(colours[label], colours[other]) << label << " beside " << other;
      }
    }
  }
}

TEST(RenderTest, ObjectsThatTouchDifferHoweverManyAreNear) {
  // One pixel each: 48 others are within 3 px.
  LabelImage dust(40, 50);
  for (std::size_t i = 0; i < dust.labels.size(); ++i) dust.labels[i] = static_cast<std::uint32_t>(i + 1);
  std::ranges::shuffle(dust.labels, std::mt19937(9));
  ExpectTouchingDiffer(dust);

  // A large object that 200 small ones touch.
  LabelImage ring(60, 60);
  for (int y = 5; y < 55; ++y) {
    for (int x = 5; x < 55; ++x) ring.at(y, x) = 1;
  }
  std::uint32_t label = 1;
  for (int i = 5; i < 55; ++i) {
    for (const auto& [y, x] : {std::pair(4, i), std::pair(55, i), std::pair(i, 4), std::pair(i, 55)}) {
      ring.at(y, x) = ++label;
    }
  }
  ExpectTouchingDiffer(ring);
}

/// Cells that fill the plane: each pixel belongs to the nearest of random points.
TEST(RenderTest, CellsThatFillThePlaneDiffer) {
  std::mt19937 random(11);
  std::vector<std::pair<int, int>> seeds;
  for (int i = 0; i < 120; ++i) seeds.emplace_back(random() % 100, random() % 100);
  LabelImage labels(100, 100);
  for (int y = 0; y < 100; ++y) {
    for (int x = 0; x < 100; ++x) {
      const auto distance = [&](const auto& seed) {
        return (seed.first - y) * (seed.first - y) + (seed.second - x) * (seed.second - x);
      };
      labels.at(y, x) = static_cast<std::uint32_t>(std::ranges::min_element(seeds, {}, distance) - seeds.begin()) + 1;
    }
  }
  ExpectTouchingDiffer(labels);
}

TEST(RenderTest, ColoursWithoutObjects) {
  EXPECT_EQ((std::vector<std::uint8_t>{0}), ColoursOf(LabelImage(4, 4)));
  EXPECT_EQ((std::vector<std::uint8_t>{0}), ColoursOf(LabelImage()));
}

TEST(RenderTest, PaletteColoursAreAllDifferent) {
  for (int i = 0; i < kPaletteSize; ++i) {
    for (int j = 0; j < i; ++j) EXPECT_NE(kPalette[i], kPalette[j]);
    EXPECT_NE((Rgb{0, 0, 0}), kPalette[i]);
  }
}

TEST(RenderTest, OverlaysAreTransparentWhereThereIsNothing) {
  const LabelImage labels = Drawn({".....", ".111.", ".111.", ".111.", "....."});
  const Painting painting(labels);
  const Image overlay = Render(DrawOverlay(painting.drawing()));
  const Rgb colour = kPalette[ColoursOf(labels)[1]];
  EXPECT_EQ(4, overlay.channels);
  EXPECT_EQ((std::array<std::uint8_t, 4>{0, 0, 0, 0}), Pixel(overlay, 0, 0));
  EXPECT_EQ(Opaque(colour), Pixel(overlay, 1, 1));
  std::array<std::uint8_t, 4> inside = Pixel(overlay, 2, 2);
  EXPECT_GT(inside[3], 0);
  EXPECT_LT(inside[3], 255);
  inside[3] = 255;
  EXPECT_EQ(Opaque(colour), inside);
}

TEST(RenderTest, MasksAreColouredInsideAndBlackOutside) {
  const LabelImage labels = Drawn({"1.2", "1.2"});
  const std::vector<std::uint8_t> colours = ColoursOf(labels);
  const Painting painting(labels);
  const Image classes = Render(DrawClassMask(labels));
  const Image instances = Render(DrawInstanceMask(painting.drawing()));
  for (int y = 0; y < 2; ++y) {
    EXPECT_EQ(Opaque(kNucleusColour), Pixel(classes, y, 0));
    EXPECT_EQ(Opaque({0, 0, 0}), Pixel(classes, y, 1));
    EXPECT_EQ(Opaque(kPalette[colours[1]]), Pixel(instances, y, 0));
    EXPECT_EQ(Opaque({0, 0, 0}), Pixel(instances, y, 1));
    EXPECT_EQ(Opaque(kPalette[colours[2]]), Pixel(instances, y, 2));
  }
}

TEST(RenderTest, CompositesShowTheSourceUnderTheOutlines) {
  const LabelImage labels = Drawn({".....", ".111.", ".111.", ".111.", "....."});
  Image source{.height = 5, .width = 5, .channels = 1, .type = PixelType::kUint16, .samples = {}};
  source.samples.resize(50);
  for (int i = 0; i < 25; ++i) source.As<std::uint16_t>()[i] = i == 12 ? 4000 : 100;
  const Painting painting(labels);
  const Image composite = Render(DrawComposite(source, painting.drawing()));
  EXPECT_EQ(3, composite.channels);
  EXPECT_EQ(Opaque({0, 0, 0}), Pixel(composite, 0, 0));
  EXPECT_EQ(Opaque({255, 255, 255}), Pixel(composite, 2, 2));
  EXPECT_EQ(Opaque(kPalette[ColoursOf(labels)[1]]), Pixel(composite, 1, 1));
}

TEST(RenderTest, LinesOfLargeImagesAreTwiceAsThickAndStayInside) {
  LabelImage labels(20, 1100);
  for (int y = 4; y < 16; ++y) {
    for (int x = 100; x < 200; ++x) labels.at(y, x) = 1;
  }
  const Image source{.height = 20,
                     .width = 1100,
                     .channels = 1,
                     .type = PixelType::kUint8,
                     .samples = std::vector<std::byte>(20 * 1100)};
  const Painting painting(labels);
  const Image composite = Render(DrawComposite(source, painting.drawing()));
  const auto line = Opaque(kPalette[ColoursOf(labels)[1]]);
  EXPECT_EQ(Opaque({0, 0, 0}), Pixel(composite, 10, 99));
  EXPECT_EQ(line, Pixel(composite, 10, 100));
  EXPECT_EQ(line, Pixel(composite, 10, 101));
  EXPECT_EQ(Opaque({0, 0, 0}), Pixel(composite, 10, 102));
}

}  // namespace
}  // namespace intelliclinix::image::testing
