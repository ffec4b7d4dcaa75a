#include "cellpose/diameter.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

#include "cellpose/labels.h"

namespace intelliclinix::cellpose {
namespace {

constexpr double kLeastDiameter = 5;

}  // namespace

double DiameterOfStyle(const SizeModel& model, const std::vector<float>& style) {
  double log_diameter = std::log(model.diam_mean) + model.log_offset;
  for (std::size_t i = 0; i < style.size(); ++i) {
    log_diameter += static_cast<double>(model.coefficients[i]) * (static_cast<double>(style[i]) - model.style_mean[i]);
  }
  return std::max(kLeastDiameter, std::exp(log_diameter));
}

double MedianDiameter(const image::LabelImage& labels) {
  std::vector<std::uint64_t> areas = CountLabels(labels);
  areas.erase(areas.begin());
  std::erase(areas, 0U);
  if (areas.empty()) return 0;
  std::ranges::sort(areas);
  const double low = std::sqrt(static_cast<double>(areas[(areas.size() - 1) / 2]));
  const double high = std::sqrt(static_cast<double>(areas[areas.size() / 2]));
  return (low + high) / 2 * 2 / std::sqrt(std::numbers::pi);
}

}  // namespace intelliclinix::cellpose
