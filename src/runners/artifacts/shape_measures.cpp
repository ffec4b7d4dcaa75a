#include "runners/artifacts/shape_measures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "runners/artifacts/convex_hull.h"

namespace intelliclinix::runners {
namespace {

/// What a border pixel adds to the perimeter, by 10 times the border pixels diagonal to it and 2 times those beside it.
/// Source: Benkrid and Crookes, Design and FPGA Implementation of a Perimeter Estimator.
constexpr std::array<double, 50> PerimeterWeights() {
  std::array<double, 50> weights{};
  for (const int code : {4, 6, 14, 16, 24, 26}) weights[code] = 1;
  for (const int code : {20, 32}) weights[code] = std::numbers::sqrt2;
  for (const int code : {12, 22}) weights[code] = (1 + std::numbers::sqrt2) / 2;
  return weights;
}

/// The pixels of a mask that have one beside them which is not in it.
std::vector<std::uint8_t> BorderOf(const image::RegionMask& mask) {
  std::vector<std::uint8_t> border(mask.pixels.size(), 0);
  const std::uint8_t* pixels = mask.pixels.data();
  const auto width = static_cast<std::size_t>(mask.width);
  for (std::size_t i = width; i + width < mask.pixels.size(); ++i) {
    const int around = pixels[i - width] & pixels[i - 1] & pixels[i + 1] & pixels[i + width];
    border[i] = static_cast<std::uint8_t>(pixels[i] & ~around & 1);
  }
  return border;
}

double Perimeter(const image::RegionMask& mask) {
  constexpr std::array<double, 50> kWeights = PerimeterWeights();
  const std::vector<std::uint8_t> border = BorderOf(mask);
  const auto width = static_cast<std::size_t>(mask.width);
  double perimeter = 0;
  for (std::size_t i = width; i + width < border.size(); ++i) {
    if (border[i] == 0) continue;
    const std::uint8_t* at = border.data() + i;
    const std::uint8_t* above = at - width;
    const std::uint8_t* below = at + width;
    const int beside = above[0] + at[-1] + at[1] + below[0];
    const int diagonal = above[-1] + above[1] + below[-1] + below[1];
    perimeter += kWeights[10 * diagonal + 2 * beside];
  }
  return perimeter;
}

}  // namespace

SecondMoments MeasureMoments(const image::RegionMask& mask, const image::Region& region) {
  const double centre_y = region.centroid_y - region.y0 + 1;  // of the mask, which has a margin
  const double centre_x = region.centroid_x - region.x0 + 1;
  SecondMoments sums;
  for (int y = 1; y + 1 < mask.height; ++y) {
    const double dy = y - centre_y;
    for (int x = 1; x + 1 < mask.width; ++x) {
      if (mask.at(y, x) == 0) continue;
      const double dx = x - centre_x;
      sums.yy += dy * dy;
      sums.yx += dy * dx;
      sums.xx += dx * dx;
    }
  }
  const auto area = static_cast<double>(region.area);
  return {sums.yy / area, sums.yx / area, sums.xx / area};
}

EllipseAxes AxesOf(const SecondMoments& moments) {
  const double middle = (moments.yy + moments.xx) / 2;
  const double spread = std::hypot((moments.yy - moments.xx) / 2, moments.yx);
  return {.major = 4 * std::sqrt(std::max(0.0, middle + spread)),
          .minor = 4 * std::sqrt(std::max(0.0, middle - spread))};
}

ShapeMeasures MeasureShape(const image::RegionMask& mask, const SecondMoments& moments) {
  const EllipseAxes axes = AxesOf(moments);
  ShapeMeasures shape{.axis_major_length = axes.major, .axis_minor_length = axes.minor};
  const double ratio = axes.major > 0 ? axes.minor / axes.major : 1;
  shape.eccentricity = std::sqrt(1 - ratio * ratio);
  if (moments.yy != moments.xx) {
    shape.orientation = std::atan2(2 * moments.yx, moments.yy - moments.xx) / 2;
  } else {
    shape.orientation = moments.yx > 0 ? std::numbers::pi / 4 : -std::numbers::pi / 4;
  }
  shape.perimeter = Perimeter(mask);
  const HullMeasures hull = MeasureHull(mask);
  shape.area_convex = hull.area;
  shape.feret_diameter_max = hull.longest;
  return shape;
}

}  // namespace intelliclinix::runners
