#include "cellpose/reference/labels_reference.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace intelliclinix::cellpose::reference {
namespace {

constexpr int kPadding = 20;

/// [y, x] with zeros all around.
struct Grid {
  int height;
  int width;
  std::vector<int> values;

  Grid(int h, int w) : height(h), width(w), values(static_cast<std::size_t>(h) * static_cast<std::size_t>(w), 0) {}
  int& at(int y, int x) { return values[Index(y, x)]; }
  int at(int y, int x) const { return y < 0 || y >= height || x < 0 || x >= width ? 0 : values[Index(y, x)]; }
  std::size_t Index(int y, int x) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
  }
};

Grid MaximumAround(const Grid& grid, int radius) {
  Grid result(grid.height, grid.width);
  for (int y = 0; y < grid.height; ++y) {
    for (int x = 0; x < grid.width; ++x) {
      for (int j = -radius; j <= radius; ++j) {
        for (int i = -radius; i <= radius; ++i)
          result.at(y, x) = std::max(result.at(y, x), std::as_const(grid).at(y + j, x + i));
      }
    }
  }
  return result;
}

std::pair<int, int> EndOf(const CellPixels& cells, std::size_t i) {
  return {static_cast<int>(cells.positions[2 * i]) + kPadding, static_cast<int>(cells.positions[2 * i + 1]) + kPadding};
}

void PaintSeed(const Grid& histogram, int seed_y, int seed_x, int label, Grid& painted) {
  Grid window(11, 11);
  window.at(5, 5) = 1;
  for (int round = 0; round < 5; ++round) {
    window = MaximumAround(window, 1);
    for (int y = 0; y < 11; ++y) {
      for (int x = 0; x < 11; ++x)
        window.at(y, x) *= static_cast<int>(histogram.at(seed_y - 5 + y, seed_x - 5 + x) > 2);
    }
  }
  for (int y = 0; y < 11; ++y) {
    for (int x = 0; x < 11; ++x) {
      if (window.at(y, x) != 0) painted.at(seed_y - 5 + y, seed_x - 5 + x) = label;
    }
  }
}

bool ReachesTheEdge(const image::LabelImage& labels, const std::vector<bool>& outside, int y, int x) {
  if (y == 0 || x == 0 || y == labels.height - 1 || x == labels.width - 1) return true;
  const auto width = static_cast<std::size_t>(labels.width);
  const std::size_t i = static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x);
  return outside[i - 1] || outside[i + 1] || outside[i - width] || outside[i + width];
}

/// Marks pixels as outside until nothing changes.
std::vector<bool> FindOutside(const image::LabelImage& labels, std::uint32_t label) {
  std::vector<bool> outside(labels.labels.size(), false);
  for (bool changed = true; changed;) {
    changed = false;
    for (int y = 0; y < labels.height; ++y) {
      for (int x = 0; x < labels.width; ++x) {
        const std::size_t i =
            static_cast<std::size_t>(y) * static_cast<std::size_t>(labels.width) + static_cast<std::size_t>(x);
        if (outside[i] || labels.labels[i] == label || !ReachesTheEdge(labels, outside, y, x)) continue;
        outside[i] = changed = true;
      }
    }
  }
  return outside;
}

}  // namespace

image::LabelImage LabelByEnds(const CellPixels& cells, int height, int width) {
  Grid histogram(height + 2 * kPadding, width + 2 * kPadding);
  for (std::size_t i = 0; i < cells.pixels.size(); ++i) ++histogram.at(EndOf(cells, i).first, EndOf(cells, i).second);
  const Grid maximum = MaximumAround(histogram, 2);
  std::multimap<int, std::pair<int, int>> seeds;  // by count; equal ones stay in row-major order
  for (int y = 0; y < histogram.height; ++y) {
    for (int x = 0; x < histogram.width; ++x) {
      const int count = histogram.at(y, x);
      if (count > 10 && count == maximum.at(y, x)) seeds.emplace(count, std::pair(y, x));
    }
  }
  Grid painted(histogram.height, histogram.width);
  int label = 0;
  for (const auto& [count, seed] : seeds) PaintSeed(histogram, seed.first, seed.second, ++label, painted);

  image::LabelImage labels(height, width);
  std::map<int, std::uint32_t> numbers;
  for (std::size_t i = 0; i < cells.pixels.size(); ++i) {
    labels.labels[cells.pixels[i]] =
        static_cast<std::uint32_t>(painted.at(EndOf(cells, i).first, EndOf(cells, i).second));
    numbers[static_cast<int>(labels.labels[cells.pixels[i]])] = 0;
  }
  numbers.erase(0);
  std::uint32_t number = 0;
  for (auto& [old, renumbered] : numbers) renumbered = ++number;
  numbers[0] = 0;
  for (std::uint32_t& value : labels.labels) value = numbers[static_cast<int>(value)];
  return labels;
}

void FillHoles(image::LabelImage& labels) {
  const std::uint32_t last = *std::ranges::max_element(labels.labels);
  for (std::uint32_t label = 1; label <= last; ++label) {
    const std::vector<bool> outside = FindOutside(labels, label);
    for (std::size_t i = 0; i < outside.size(); ++i) {
      if (!outside[i]) labels.labels[i] = label;
    }
  }
}

}  // namespace intelliclinix::cellpose::reference
