#include "cellpose/nearest_block.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "cellpose/stopped.h"

namespace intelliclinix::cellpose {
namespace {

constexpr int kNone = -1;

std::size_t IndexOf(const BlockGrid& grid, int y, int x) {
  return static_cast<std::size_t>(y) * static_cast<std::size_t>(grid.width) + static_cast<std::size_t>(x);
}

/// For each block the row of the nearest marked one in its column, the upper where two are; kNone where none is.
std::vector<int> NearestRows(const BlockGrid& grid) {
  std::vector<int> rows(grid.marked.size(), kNone);
  for (int y = 0; y < grid.height; ++y) {
    for (int x = 0; x < grid.width; ++x) {
      const std::size_t i = IndexOf(grid, y, x);
      if (grid.marked[i] != 0) {
        rows[i] = y;
      } else if (y > 0) {
        rows[i] = rows[IndexOf(grid, y - 1, x)];
      }
    }
  }
  for (int y = grid.height - 2; y >= 0; --y) {
    for (int x = 0; x < grid.width; ++x) {
      int& above = rows[IndexOf(grid, y, x)];
      const int below = rows[IndexOf(grid, y + 1, x)];
      if (below > y && (above == kNone || below - y < y - above)) above = below;
    }
  }
  return rows;
}

/// The nearest block to (y, x): columns are tried outwards, until they alone are farther than what was found.
std::size_t Nearest(const BlockGrid& grid, const std::vector<int>& rows, int y, int x) {
  using Found = std::pair<std::int64_t, std::size_t>;  // squared distance, index
  Found nearest{std::numeric_limits<std::int64_t>::max(), 0};
  const auto take = [&](int column) {
    if (column < 0 || column >= grid.width) return;
    const int row = rows[IndexOf(grid, y, column)];
    if (row == kNone) return;
    const std::int64_t dy = y - row;
    const std::int64_t dx = x - column;
    nearest = std::min(nearest, Found{dy * dy + dx * dx, IndexOf(grid, row, column)});
  };
  for (int dx = 0; dx < grid.width && std::int64_t{dx} * dx <= nearest.first; ++dx) {
    take(x - dx);
    take(x + dx);
  }
  return nearest.second;
}

}  // namespace

Result<std::vector<std::size_t>> FindNearestMarked(const BlockGrid& grid, ComputePool& pool,
                                                   const std::stop_token& stop) {
  const std::vector<int> rows = NearestRows(grid);
  std::vector<std::size_t> nearest(grid.marked.size());
  const auto search = [&](std::size_t row) {
    const int y = static_cast<int>(row);
    for (int x = 0; x < grid.width; ++x) nearest[IndexOf(grid, y, x)] = Nearest(grid, rows, y, x);
  };
  pool.ParallelFor(static_cast<std::size_t>(grid.height), search, stop);
  IC_RETURN_IF_ERROR(CheckStop(stop));
  return nearest;
}

}  // namespace intelliclinix::cellpose
