#include "cellpose/labels.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "cellpose/seeds.h"
#include "image/regions.h"

namespace intelliclinix::cellpose {
namespace {

/// Paints the areas of the seeds, numbered from 1, over `ground`, which has the size of the image.
void PaintSeeds(const std::vector<Seed>& seeds, int width, std::vector<std::uint32_t>& ground) {
  std::ranges::fill(ground, 0);
  std::uint32_t label = 0;
  for (const Seed& seed : seeds) {
    ++label;
    for (int j = 0; j < static_cast<int>(seed.rows.size()); ++j) {
      for (unsigned row = seed.rows[static_cast<std::size_t>(j)]; row != 0; row &= row - 1) {
        const int y = seed.y - Seed::kRadius + j;
        const int x = seed.x - Seed::kRadius + std::countr_zero(row);
        ground[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)] = label;
      }
    }
  }
}

void DropLarge(double largest, image::LabelImage& labels) {
  const std::vector<std::uint64_t> counts = CountLabels(labels);
  std::vector<std::uint8_t> keep(counts.size());
  for (std::size_t label = 1; label < counts.size(); ++label) {
    keep[label] = static_cast<std::uint8_t>(counts[label] > 0 && static_cast<double>(counts[label]) <= largest);
  }
  KeepLabels(keep, labels);
}

/// Values of labels that `keep` does not reach are dropped too.
void KeepValues(const std::vector<std::uint8_t>& keep, PerLabel& values) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < values.size() && i + 1 < keep.size(); ++i) {
    if (keep[i + 1] != 0) values[count++] = values[i];
  }
  values.resize(count);
}

}  // namespace

image::LabelImage LabelByEnds(const CellPixels& cells, int height, int width, double max_size_fraction) {
  std::vector<std::uint32_t> ground = CountEnds(cells, height, width);
  PaintSeeds(FindSeeds(ground, height, width), width, ground);
  image::LabelImage labels(height, width);
  for (std::size_t i = 0; i < cells.pixels.size(); ++i) {
    const auto y = static_cast<std::size_t>(static_cast<int>(cells.positions[2 * i]));
    const auto x = static_cast<std::size_t>(static_cast<int>(cells.positions[2 * i + 1]));
    labels.labels[cells.pixels[i]] = ground[y * static_cast<std::size_t>(width) + x];
  }
  DropLarge(max_size_fraction * static_cast<double>(height) * width, labels);
  return labels;
}

std::vector<std::uint64_t> CountLabels(const image::LabelImage& labels) {
  std::vector<std::uint64_t> counts(static_cast<std::size_t>(image::MaxLabel(labels)) + 1);
  for (const std::uint32_t label : labels.labels) ++counts[label];
  return counts;
}

std::uint32_t KeepLabels(const std::vector<std::uint8_t>& keep, image::LabelImage& labels) {
  std::vector<std::uint32_t> renumbered(std::max<std::size_t>(1, keep.size()), 0);
  std::uint32_t count = 0;
  for (std::size_t label = 1; label < keep.size(); ++label) {
    if (keep[label] != 0) renumbered[label] = ++count;
  }
  for (std::uint32_t& label : labels.labels) label = renumbered[label];
  return count;
}

std::uint32_t DropSmall(std::int64_t min_size, image::LabelImage& labels, PerLabel& values) {
  const std::vector<std::uint64_t> counts = CountLabels(labels);
  const auto least = static_cast<std::uint64_t>(std::max<std::int64_t>(1, min_size));
  std::vector<std::uint8_t> keep(counts.size());
  for (std::size_t label = 1; label < counts.size(); ++label) {
    keep[label] = static_cast<std::uint8_t>(counts[label] >= least);
  }
  KeepValues(keep, values);
  return KeepLabels(keep, labels);
}

std::uint32_t DropOnEdges(image::LabelImage& labels, PerLabel& values) {
  std::vector<std::uint8_t> keep(static_cast<std::size_t>(image::MaxLabel(labels)) + 1, 1);
  for (int y = 0; y < labels.height; ++y) {
    const bool edge_row = y == 0 || y == labels.height - 1;
    for (int x = 0; x < labels.width; x += edge_row ? 1 : std::max(1, labels.width - 1)) keep[labels.at(y, x)] = 0;
  }
  KeepValues(keep, values);
  return KeepLabels(keep, labels);
}

}  // namespace intelliclinix::cellpose
