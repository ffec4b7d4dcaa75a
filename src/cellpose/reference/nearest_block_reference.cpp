#include "cellpose/reference/nearest_block_reference.h"

#include <algorithm>

namespace intelliclinix::cellpose::reference {

std::vector<std::size_t> FindNearestMarked(const BlockGrid& grid) {
  const auto width = static_cast<std::size_t>(grid.width);
  std::vector<std::size_t> marked;
  for (std::size_t i = 0; i < grid.marked.size(); ++i) {
    if (grid.marked[i] != 0) marked.push_back(i);
  }
  std::vector<std::size_t> nearest(grid.marked.size());
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    nearest[i] = *std::ranges::min_element(marked, {}, [&](std::size_t j) {
      const auto dy = static_cast<std::ptrdiff_t>(i / width) - static_cast<std::ptrdiff_t>(j / width);
      const auto dx = static_cast<std::ptrdiff_t>(i % width) - static_cast<std::ptrdiff_t>(j % width);
      return dy * dy + dx * dx;
    });
  }
  return nearest;
}

}  // namespace intelliclinix::cellpose::reference
