// Which block of a grid the others can learn from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "base/compute_pool.h"
#include "base/result.h"

namespace intelliclinix::cellpose {

/// Blocks [y, x], in row-major order.
struct BlockGrid {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> marked;
};

/// For each block the index of the marked one nearest to it, the first where several are; that of a marked block is its
/// own. At least one must be marked.
/// Threads: any. The time is linear in the blocks and in how many columns away the nearest one is.
/// Errors: kCancelled after `stop`.
Result<std::vector<std::size_t>> FindNearestMarked(const BlockGrid& grid, ComputePool& pool,
                                                   const std::stop_token& stop);

}  // namespace intelliclinix::cellpose
