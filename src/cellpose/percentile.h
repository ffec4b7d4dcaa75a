// Percentiles as numpy computes them, without sorting the values.
#pragma once

#include <array>
#include <cstddef>

namespace intelliclinix::cellpose {

/// Borrowed float32 samples [y, x] of a plane: all of them, a block, or every n-th.
struct SampleGrid {
  const float* first = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t row_stride = 0;     ///< samples from a row to the next
  std::size_t column_stride = 1;  ///< samples from a column to the next

  std::size_t size() const { return rows * columns; }
};

/// Two percentiles of the samples with linear interpolation between order statistics (numpy's default). `percents`
/// are within 0 ... 100; the grid is not empty and holds neither NaN nor infinities.
/// Threads: any; at most 1 MiB of scratch memory, for few samples as much as they take.
std::array<float, 2> Percentiles(const SampleGrid& samples, std::array<double, 2> percents);

}  // namespace intelliclinix::cellpose
