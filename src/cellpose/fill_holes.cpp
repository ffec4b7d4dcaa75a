#include "cellpose/fill_holes.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/regions.h"

namespace intelliclinix::cellpose {
namespace {

enum Pixel : std::uint8_t { kOther, kMask, kOutside };

/// The bounding box of a mask with a margin that is outside, flooded from there.
class Box {
 public:
  Box(const image::LabelImage& labels, const image::Region& region)
      : region_(region), width_(static_cast<std::size_t>(region.width()) + 2) {
    pixels_.assign((static_cast<std::size_t>(region.height()) + 2) * width_, kOther);
    for (int y = region.y0; y < region.y1; ++y) {
      for (int x = region.x0; x < region.x1; ++x) {
        if (labels.at(y, x) == region.label) pixels_[Index(y, x)] = kMask;
      }
    }
    Flood();
  }

  void FillInto(image::LabelImage& labels) const {
    for (int y = region_.y0; y < region_.y1; ++y) {
      for (int x = region_.x0; x < region_.x1; ++x) {
        if (pixels_[Index(y, x)] == kOther) labels.at(y, x) = region_.label;
      }
    }
  }

 private:
  std::size_t Index(int y, int x) const {
    return static_cast<std::size_t>(y - region_.y0 + 1) * width_ + static_cast<std::size_t>(x - region_.x0 + 1);
  }

  void Visit(std::size_t pixel) {
    if (pixels_[pixel] != kOther) return;
    pixels_[pixel] = kOutside;
    front_.push_back(pixel);
  }

  void Flood() {
    Visit(0);
    while (!front_.empty()) {
      const std::size_t pixel = front_.back();
      front_.pop_back();
      if (pixel % width_ != 0) Visit(pixel - 1);
      if (pixel % width_ + 1 != width_) Visit(pixel + 1);
      if (pixel >= width_) Visit(pixel - width_);
      if (pixel + width_ < pixels_.size()) Visit(pixel + width_);
    }
  }

  const image::Region& region_;
  std::size_t width_;
  std::vector<std::uint8_t> pixels_;
  std::vector<std::size_t> front_;
};

}  // namespace

void FillHoles(image::LabelImage& labels) {
  for (const image::Region& region : image::MeasureRegions(labels)) {
    if (region.area > 0) Box(labels, region).FillInto(labels);
  }
}

}  // namespace intelliclinix::cellpose
