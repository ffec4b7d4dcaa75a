#include "cellpose/normalize.h"

#include <algorithm>
#include <cstddef>

#include "cellpose/block_normalize.h"
#include "cellpose/percentile.h"
#include "cellpose/plane_filter.h"
#include "cellpose/stopped.h"

namespace intelliclinix::cellpose {
namespace {

constexpr std::size_t kSampledAbove = 224 * 224 * 224;  // px
constexpr int kSamplesAlongASide = 224;
constexpr float kLeastContrast = 1e-3F;

/// All pixels of a plane, or about 224 by 224 of them when it is huge.
SampleGrid SamplesOf(const image::Plane& plane) {
  const bool all = plane.values.size() <= kSampledAbove;
  const int step_y = all ? 1 : std::max(1, plane.height / kSamplesAlongASide);
  const int step_x = all ? 1 : std::max(1, plane.width / kSamplesAlongASide);
  return {.first = plane.values.data(),
          .rows = static_cast<std::size_t>((plane.height + step_y - 1) / step_y),
          .columns = static_cast<std::size_t>((plane.width + step_x - 1) / step_x),
          .row_stride = static_cast<std::size_t>(plane.width) * static_cast<std::size_t>(step_y),
          .column_stride = static_cast<std::size_t>(step_x)};
}

void Stretch(image::Plane& plane, float low, float high) {
  const float range = high - low;
  for (float& value : plane.values) value = (value - low) / range;
}

void NormalizeByPercentiles(image::Plane& plane, std::array<double, 2> percents) {
  const auto [low, high] = Percentiles(SamplesOf(plane), percents);
  if (high - low > kLeastContrast) {
    Stretch(plane, low, high);
  } else {
    std::ranges::fill(plane.values, 0.0F);
  }
}

/// By the plane's own brightness, after the filters.
Status NormalizeByContent(image::Plane& plane, const NormalizeOptions& options, ComputePool& pool,
                          const std::stop_token& stop) {
  const FilterRadii radii{.smooth = options.smooth_radius, .sharpen = options.sharpen_radius};
  if (radii.smooth > 0 || radii.sharpen > 0) IC_RETURN_IF_ERROR(FilterPlane(plane, radii, pool, stop));
  if (options.tile_norm_blocksize > 0) {
    return NormalizeByBlocks(plane, options.tile_norm_blocksize, options.percentile, pool, stop);
  }
  NormalizeByPercentiles(plane, options.percentile);
  return {};
}

Status NormalizePlane(image::Plane& plane, const NormalizeOptions& options, std::size_t index, ComputePool& pool,
                      const std::stop_token& stop) {
  IC_RETURN_IF_ERROR(CheckStop(stop));
  if (plane.values.empty()) return {};
  if (options.lowhigh) {
    const auto [low, high] = (*options.lowhigh)[index];
    Stretch(plane, static_cast<float>(low), static_cast<float>(high));
  } else {
    const auto [least, most] = std::ranges::minmax_element(plane.values);
    if (*least == *most) return {};
    IC_RETURN_IF_ERROR(NormalizeByContent(plane, options, pool, stop));
  }
  if (!options.invert) return {};
  for (float& value : plane.values) value = 1 - value;
  return {};
}

}  // namespace

Status NormalizePlanes(Planes& planes, const NormalizeOptions& options, ComputePool& pool,
                       const std::stop_token& stop) {
  if (!options.enabled) return {};
  IC_RETURN_IF_ERROR(NormalizePlane(planes.segment, options, 0, pool, stop));
  return NormalizePlane(planes.nucleus, options, 1, pool, stop);
}

}  // namespace intelliclinix::cellpose
