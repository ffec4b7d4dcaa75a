#include "image/contours.h"

#include <algorithm>
#include <cassert>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace intelliclinix::image {
namespace {

/// Row y of the outline, given the rows above and below it.
void OutlineRow(const LabelImage& labels, int y, const std::uint32_t* above, const std::uint32_t* below,
                std::uint8_t* outline) {
  const std::uint32_t* row = labels.labels.data() + static_cast<std::size_t>(y) * labels.width;
  int last = labels.width - 1;
  for (int x = 1; x < last; ++x) {
    bool differs = (row[x] != row[x - 1]) | (row[x] != row[x + 1]) | (row[x] != above[x]) | (row[x] != below[x]);
    outline[x] = static_cast<std::uint8_t>(differs & (row[x] != 0));
  }
  outline[0] = row[0] != 0;  // what lies past the border counts as background
  outline[last] = row[last] != 0;
}

}  // namespace

std::vector<std::uint8_t> OutlinePixels(const LabelImage& labels) {
  std::vector<std::uint8_t> outline(labels.labels.size(), 0);
  std::vector<std::uint32_t> background(static_cast<std::size_t>(labels.width), 0);
  for (int y = 0; y < labels.height && labels.width > 0; ++y) {
    const std::uint32_t* row = labels.labels.data() + static_cast<std::size_t>(y) * labels.width;
    const std::uint32_t* above = y == 0 ? background.data() : row - labels.width;
    const std::uint32_t* below = y == labels.height - 1 ? background.data() : row + labels.width;
    OutlineRow(labels, y, above, below, outline.data() + static_cast<std::size_t>(y) * labels.width);
  }
  return outline;
}

Contour TraceContour(const RegionMask& mask, const Region& region) {
  RegionMask traced = mask;  // OpenCV takes no matrix that it may not write to
  std::vector<std::vector<cv::Point>> found;
  cv::findContours(cv::Mat1b(traced.height, traced.width, traced.pixels.data()), found, cv::RETR_EXTERNAL,
                   cv::CHAIN_APPROX_NONE);
  assert(!found.empty());
  const auto& longest =
      *std::max_element(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  Contour contour;
  contour.reserve(longest.size());
  for (const cv::Point& point : longest) contour.push_back({point.y + region.y0 - 1, point.x + region.x0 - 1});
  return contour;
}

}  // namespace intelliclinix::image
