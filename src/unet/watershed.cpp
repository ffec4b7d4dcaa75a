#include "unet/watershed.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace intelliclinix::unet {
namespace {

/// Calls `visit` with each of the up to four neighbours of a pixel.
template <typename Visit>
void ForNeighbours(const image::LabelImage& labels, std::size_t pixel, const Visit& visit) {
  const auto width = static_cast<std::size_t>(labels.width);
  const std::size_t x = pixel % width;
  if (pixel >= width) visit(pixel - width);
  if (x > 0) visit(pixel - 1);
  if (x + 1 < width) visit(pixel + 1);
  if (pixel + width < labels.labels.size()) visit(pixel + width);
}

/// Numbers the 4-connected pieces of the pixels above `threshold`, row by row.
void LabelPieces(const image::Plane& plane, double threshold, image::LabelImage& labels) {
  std::uint32_t last = 0;
  std::vector<std::size_t> front;
  const auto visit = [&](std::size_t pixel) {
    if (labels.labels[pixel] != 0 || !(plane.values[pixel] > threshold)) return;
    labels.labels[pixel] = last;
    front.push_back(pixel);
  };
  for (std::size_t pixel = 0; pixel < labels.labels.size(); ++pixel) {
    if (labels.labels[pixel] != 0 || !(plane.values[pixel] > threshold)) continue;
    ++last;
    visit(pixel);
    while (!front.empty()) {
      const std::size_t next = front.back();
      front.pop_back();
      ForNeighbours(labels, next, visit);
    }
  }
}

/// Floods from the labelled pixels, surest first.
class Flood {
 public:
  Flood(const Probabilities& seen, double threshold, image::LabelImage& labels)
      : seen_(seen), threshold_(threshold), labels_(labels) {}

  void Run() {
    // All begin together: none may spread before the last is found.
    for (std::size_t pixel = 0; pixel < labels_.labels.size(); ++pixel) {
      if (labels_.labels[pixel] != 0 && IsAtEdge(pixel)) queues_[0].push_back(pixel);
    }
    for (level_ = 0; level_ < kLevels; ++level_) {
      // What is found while a level is flooded joins its end or that of a later one.
      for (std::size_t next = 0; next < queues_[level_].size(); ++next) Spread(queues_[level_][next]);
      std::vector<std::size_t>().swap(queues_[level_]);
    }
  }

 private:
  static constexpr std::size_t kLevels = 256;

  bool IsOpen(std::size_t pixel) const {
    return labels_.labels[pixel] == 0 && seen_.foreground.values[pixel] > threshold_;
  }

  bool IsAtEdge(std::size_t pixel) const {
    bool open = false;
    ForNeighbours(labels_, pixel, [&](std::size_t neighbour) { open = open || IsOpen(neighbour); });
    return open;
  }

  void Spread(std::size_t from) {
    ForNeighbours(labels_, from, [&](std::size_t pixel) {
      if (!IsOpen(pixel)) return;
      labels_.labels[pixel] = labels_.labels[from];
      queues_[std::max(level_, LevelOf(pixel))].push_back(pixel);
    });
  }

  std::size_t LevelOf(std::size_t pixel) const {
    const float unsure = std::clamp(1 - seen_.interior.values[pixel], 0.0F, 1.0F);
    return static_cast<std::size_t>(unsure * (kLevels - 1));
  }

  const Probabilities& seen_;
  const double threshold_;
  image::LabelImage& labels_;
  std::size_t level_ = 0;
  std::array<std::vector<std::size_t>, kLevels> queues_;
};

}  // namespace

image::LabelImage FindObjects(const Probabilities& seen, const Options& options) {
  image::LabelImage labels(seen.foreground.height, seen.foreground.width);
  if (!options.watershed) {
    LabelPieces(seen.foreground, options.foreground_threshold, labels);
    return labels;
  }
  LabelPieces(seen.interior, options.interior_threshold, labels);
  Flood(seen, options.foreground_threshold, labels).Run();
  return labels;
}

}  // namespace intelliclinix::unet
