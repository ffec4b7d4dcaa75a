#include "runners/artifacts/shape_measures.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "image/contours.h"

namespace intelliclinix::runners {
namespace {

/// Sums of squared distances from the centroid.
struct Moments {
  double yy = 0;
  double yx = 0;
  double xx = 0;
};

/// `yy`, `yx` and `xx` are the variances and the covariance of the object's pixels.
ShapeMeasures OfEllipse(double yy, double yx, double xx) {
  const double middle = (yy + xx) / 2;
  const double spread = std::hypot((yy - xx) / 2, yx);
  const double major = std::max(0.0, middle + spread);
  const double minor = std::max(0.0, middle - spread);
  ShapeMeasures shape{.axis_major_length = 4 * std::sqrt(major), .axis_minor_length = 4 * std::sqrt(minor)};
  if (major > 0) shape.eccentricity = std::sqrt(1 - minor / major);
  if (yy != xx) {
    shape.orientation = std::atan2(2 * yx, yy - xx) / 2;
  } else {
    shape.orientation = yx > 0 ? std::numbers::pi / 4 : -std::numbers::pi / 4;
  }
  return shape;
}

std::vector<Moments> SumMoments(const image::LabelImage& labels, const std::vector<image::Region>& regions) {
  std::vector<Moments> moments(regions.size());
  for (int y = 0; y < labels.height; ++y) {
    for (int x = 0; x < labels.width; ++x) {
      const std::uint32_t label = labels.at(y, x);
      if (label == 0) continue;
      const double dy = y - regions[label - 1].centroid_y;
      const double dx = x - regions[label - 1].centroid_x;
      moments[label - 1].yy += dy * dy;
      moments[label - 1].yx += dy * dx;
      moments[label - 1].xx += dx * dx;
    }
  }
  return moments;
}

/// What a border pixel adds to the perimeter, by how many border pixels of its object are beside it and diagonal to it.
/// Source: Benkrid and Crookes, Design and FPGA Implementation of a Perimeter Estimator.
double PerimeterWeight(int beside, int diagonal) {
  if (beside == 0) return diagonal == 2 ? std::numbers::sqrt2 : 0;
  if (beside == 1 && diagonal == 3) return std::numbers::sqrt2;
  if (beside == 1) return diagonal == 1 || diagonal == 2 ? (1 + std::numbers::sqrt2) / 2 : 0;
  if (beside == 2 || beside == 3) return diagonal <= 2 ? 1 : 0;
  return 0;
}

/// Border pixels of object `label` around [y, x], beside or diagonal to it.
int CountAround(const image::LabelImage& labels, const std::vector<std::uint8_t>& border, image::Point at,
                bool diagonal) {
  constexpr image::Point kBeside[] = {{-1, 0}, {0, -1}, {0, 1}, {1, 0}};
  constexpr image::Point kDiagonal[] = {{-1, -1}, {-1, 1}, {1, -1}, {1, 1}};
  int count = 0;
  for (const image::Point& step : diagonal ? kDiagonal : kBeside) {
    const int y = at.y + step.y;
    const int x = at.x + step.x;
    if (y < 0 || x < 0 || y >= labels.height || x >= labels.width) continue;
    const bool same = labels.at(y, x) == labels.at(at.y, at.x);
    count += same && border[static_cast<std::size_t>(y) * labels.width + x] != 0 ? 1 : 0;
  }
  return count;
}

void AddPerimeters(const image::LabelImage& labels, std::vector<ShapeMeasures>& shapes) {
  const std::vector<std::uint8_t> border = image::OutlinePixels(labels);
  for (int y = 0; y < labels.height; ++y) {
    for (int x = 0; x < labels.width; ++x) {
      if (border[static_cast<std::size_t>(y) * labels.width + x] == 0) continue;
      const int beside = CountAround(labels, border, {y, x}, false);
      const int diagonal = CountAround(labels, border, {y, x}, true);
      shapes[labels.at(y, x) - 1].perimeter += PerimeterWeight(beside, diagonal);
    }
  }
}

}  // namespace

std::vector<ShapeMeasures> MeasureShapes(const image::LabelImage& labels, const std::vector<image::Region>& regions) {
  const std::vector<Moments> moments = SumMoments(labels, regions);
  std::vector<ShapeMeasures> shapes(regions.size());
  for (std::size_t i = 0; i < regions.size(); ++i) {
    if (regions[i].area == 0) continue;
    const auto area = static_cast<double>(regions[i].area);
    shapes[i] = OfEllipse(moments[i].yy / area, moments[i].yx / area, moments[i].xx / area);
  }
  AddPerimeters(labels, shapes);
  return shapes;
}

}  // namespace intelliclinix::runners
