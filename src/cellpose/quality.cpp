#include "cellpose/quality.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "cellpose/heat.h"
#include "cellpose/labels.h"
#include "cellpose/stopped.h"

namespace intelliclinix::cellpose {
namespace {

constexpr std::size_t kObjectsAtOnce = 16;
constexpr double kNoDirection = 1e-60;  // keeps the length of a zero gradient from dividing by zero

/// The mask pixel nearest to the centroid, the first in row-major order where there are several.
std::size_t Centre(const image::RegionMask& mask, const image::Region& region) {
  const auto width = static_cast<std::size_t>(mask.width);
  std::size_t nearest = 0;
  double least = INFINITY;
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    if (mask.pixels[i] == 0) continue;
    // in the image's coordinates: rounding in those of the mask could break ties another way
    const double dy = region.y0 + static_cast<int>(i / width) - 1 - region.centroid_y;
    const double dx = region.x0 + static_cast<int>(i % width) - 1 - region.centroid_x;
    const double distance = dy * dy + dx * dx;
    if (distance < least) least = distance, nearest = i;
  }
  return nearest;
}

}  // namespace

Result<double> FlowError(const image::LabelImage& labels, const image::Region& region, const FlowField& field,
                         const std::stop_token& stop) {
  IC_RETURN_IF_ERROR(CheckStop(stop));
  const image::RegionMask mask = image::CutMask(labels, region);
  std::vector<double> heat;
  Diffuse(mask, Centre(mask, region), 2 * (mask.height + mask.width), heat, stop);
  IC_RETURN_IF_ERROR(CheckStop(stop));
  const auto width = static_cast<std::size_t>(mask.width);
  double sum = 0;
  for (std::size_t i = width; i + width < mask.pixels.size(); ++i) {
    if (mask.pixels[i] == 0) continue;
    const double dy = heat[i + width] - heat[i - width];
    const double dx = heat[i + 1] - heat[i - 1];
    const double length = std::sqrt(dy * dy + dx * dx) + kNoDirection;
    const std::size_t y = static_cast<std::size_t>(region.y0) + i / width - 1;
    const std::size_t x = static_cast<std::size_t>(region.x0) + i % width - 1;
    const float* step = field.steps.data() + 2 * (y * static_cast<std::size_t>(field.width) + x);
    const double error_y = dy / length - step[0];
    const double error_x = dx / length - step[1];
    sum += error_y * error_y + error_x * error_x;
  }
  return sum / static_cast<double>(region.area);
}

Result<PerLabel> DropBadFlows(const FlowField& field, double threshold, image::LabelImage& labels, ComputePool& pool,
                              const std::stop_token& stop) {
  const std::vector<image::Region> regions = image::MeasureRegions(labels);
  std::vector<std::uint8_t> keep(regions.size() + 1, 0);
  PerLabel errors(regions.size(), 0);
  const auto judge = [&](std::size_t chunk) {
    const std::size_t end = std::min(regions.size(), (chunk + 1) * kObjectsAtOnce);
    for (std::size_t i = chunk * kObjectsAtOnce; i < end; ++i) {
      if (regions[i].area == 0) continue;
      const Result<double> error = FlowError(labels, regions[i], field, stop);
      if (!error.has_value()) return;
      keep[i + 1] = static_cast<std::uint8_t>(*error <= threshold);
      errors[i] = static_cast<float>(*error);
    }
  };
  const std::size_t chunks = (regions.size() + kObjectsAtOnce - 1) / kObjectsAtOnce;
  pool.ParallelFor(chunks, judge, stop);
  IC_RETURN_IF_ERROR(CheckStop(stop));
  std::size_t kept = 0;
  for (std::size_t i = 0; i < regions.size(); ++i) {
    if (keep[i + 1] != 0) errors[kept++] = errors[i];
  }
  errors.resize(kept);
  KeepLabels(keep, labels);
  return errors;
}

}  // namespace intelliclinix::cellpose
