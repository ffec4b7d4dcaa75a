#include "cellpose/reference/quality_reference.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace intelliclinix::cellpose::reference {
namespace {

using Pixels = std::vector<std::pair<int, int>>;  // y, x

Pixels PixelsOf(const image::LabelImage& labels, std::uint32_t label) {
  Pixels pixels;
  for (int y = 0; y < labels.height; ++y) {
    for (int x = 0; x < labels.width; ++x) {
      if (labels.at(y, x) == label) pixels.emplace_back(y, x);
    }
  }
  return pixels;
}

/// The image with a pixel of margin, so that neighbours can be read anywhere.
struct Heat {
  int width;
  std::vector<double> values;

  explicit Heat(const image::LabelImage& labels)
      : width(labels.width + 2),
        values((static_cast<std::size_t>(labels.height) + 2) * (static_cast<std::size_t>(labels.width) + 2), 0.0) {}
  double& at(int y, int x) {
    return values[(static_cast<std::size_t>(y) + 1) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x) +
                  1];
  }
};

std::pair<int, int> CentreOf(const Pixels& pixels) {
  double mean_y = 0;
  double mean_x = 0;
  for (const auto& [y, x] : pixels) mean_y += y, mean_x += x;
  mean_y /= static_cast<double>(pixels.size());
  mean_x /= static_cast<double>(pixels.size());
  return *std::ranges::min_element(pixels, {}, [&](const auto& pixel) {
    const double dy = pixel.first - mean_y;
    const double dx = pixel.second - mean_x;
    return dy * dy + dx * dx;
  });
}

int StepsFor(const Pixels& pixels) {
  const auto [top, bottom] = std::ranges::minmax(pixels, {}, &Pixels::value_type::first);
  const auto [left, right] = std::ranges::minmax(pixels, {}, &Pixels::value_type::second);
  return 2 * ((bottom.first - top.first + 1 + 2) + (right.second - left.second + 1 + 2));
}

}  // namespace

double FlowError(const image::LabelImage& labels, std::uint32_t label, const FlowField& field) {
  const Pixels pixels = PixelsOf(labels, label);
  const auto [centre_y, centre_x] = CentreOf(pixels);
  Heat heat(labels);
  for (int step = StepsFor(pixels); step > 0; --step) {
    heat.at(centre_y, centre_x) += 1;
    Heat next(labels);
    for (const auto& [y, x] : pixels) {
      const auto column = [&](int i) { return (heat.at(y - 1, i) + heat.at(y + 1, i)) + heat.at(y, i); };
      next.at(y, x) = ((column(x - 1) + column(x + 1)) + column(x)) / 9;
    }
    heat = std::move(next);
  }
  double sum = 0;
  for (const auto& [y, x] : pixels) {
    const double dy = heat.at(y + 1, x) - heat.at(y - 1, x);
    const double dx = heat.at(y, x + 1) - heat.at(y, x - 1);
    const double length = std::sqrt(dy * dy + dx * dx) + 1e-60;
    const float* step = field.steps.data() + static_cast<std::ptrdiff_t>(2) * (y * labels.width + x);
    sum += std::pow(dy / length - step[0], 2) + std::pow(dx / length - step[1], 2);
  }
  return sum / static_cast<double>(pixels.size());
}

}  // namespace intelliclinix::cellpose::reference
