#include "image/regions.h"

#include <algorithm>

namespace intelliclinix::image {
namespace {

/// Adds pixels x0..x1-1 of row y. The centroid holds sums until the end.
void AddRun(Region& region, int y, int x0, int x1) {
  if (region.area == 0) region.y0 = y, region.x0 = x0;
  region.x0 = std::min(region.x0, x0);
  region.x1 = std::max(region.x1, x1);
  region.y1 = y + 1;
  auto count = static_cast<double>(x1 - x0);
  region.area += static_cast<std::uint64_t>(x1 - x0);
  region.centroid_y += count * y;
  region.centroid_x += count * 0.5 * (static_cast<double>(x0) + x1 - 1);
}

}  // namespace

std::uint32_t MaxLabel(const LabelImage& labels) {
  std::uint32_t largest = 0;
  for (std::uint32_t label : labels.labels) largest = std::max(largest, label);
  return largest;
}

std::vector<Region> MeasureRegions(const LabelImage& labels) {
  std::vector<Region> regions(MaxLabel(labels));
  for (std::size_t i = 0; i < regions.size(); ++i) regions[i].label = static_cast<std::uint32_t>(i + 1);
  for (int y = 0; y < labels.height; ++y) {
    const std::uint32_t* row = labels.labels.data() + static_cast<std::size_t>(y) * labels.width;
    for (int x = 0; x < labels.width;) {
      int start = x;
      std::uint32_t label = row[x];
      while (x < labels.width && row[x] == label) ++x;
      if (label != 0) AddRun(regions[label - 1], y, start, x);
    }
  }
  for (Region& region : regions) {
    if (region.area == 0) continue;
    region.centroid_y /= static_cast<double>(region.area);
    region.centroid_x /= static_cast<double>(region.area);
  }
  return regions;
}

RegionMask CutMask(const LabelImage& labels, const Region& region) {
  RegionMask mask{.height = region.height() + 2, .width = region.width() + 2, .pixels = {}};
  mask.pixels.assign(static_cast<std::size_t>(mask.height) * mask.width, 0);
  for (int y = 0; y < region.height(); ++y) {
    const std::uint32_t* from =
        labels.labels.data() + static_cast<std::size_t>(region.y0 + y) * labels.width + region.x0;
    std::uint8_t* to = mask.pixels.data() + mask.index(y + 1, 1);
    for (int x = 0; x < region.width(); ++x) to[x] = static_cast<std::uint8_t>(from[x] == region.label);
  }
  return mask;
}

}  // namespace intelliclinix::image
