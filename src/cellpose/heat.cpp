#include "cellpose/heat.h"

#include <utility>

#include "base/vector_clones.h"

namespace intelliclinix::cellpose {
namespace {

/// One row of one step: from the rows `above`, `row` and `below` of the old heat. `column` is scratch; `ninths` is 1/9
/// in the mask and 0 outside. Outer terms are added first: so the heat in a symmetric mask is symmetric to the last
/// bit, and where its gradient should be 0 there is no direction made of rounding.
IC_VECTOR_CLONES
void DiffuseRow(const double* __restrict__ above, const double* __restrict__ ninths, double* __restrict__ column,
                double* __restrict__ result, std::size_t width) {
  const double* row = above + width;
  const double* below = row + width;
  for (std::size_t x = 0; x < width; ++x) column[x] = (above[x] + below[x]) + row[x];
  for (std::size_t x = 1; x + 1 < width; ++x) {
    result[x] = ((column[x - 1] + column[x + 1]) + column[x]) * ninths[x];
  }
}

}  // namespace

void Diffuse(const image::RegionMask& mask, std::size_t centre, int steps, std::vector<double>& heat,
             const std::stop_token& stop) {
  const auto width = static_cast<std::size_t>(mask.width);
  std::vector<double> ninths(mask.pixels.size());
  for (std::size_t i = 0; i < ninths.size(); ++i) ninths[i] = mask.pixels[i] != 0 ? 1.0 / 9 : 0.0;
  std::vector<double> column(width);
  std::vector<double> next(mask.pixels.size(), 0.0);
  heat.assign(mask.pixels.size(), 0.0);
  for (int step = 0; step < steps && !stop.stop_requested(); ++step) {
    heat[centre] += 1;
    for (std::size_t row = width; row + width < mask.pixels.size(); row += width) {
      DiffuseRow(heat.data() + row - width, ninths.data() + row, column.data(), next.data() + row, width);
    }
    std::swap(heat, next);
  }
}

}  // namespace intelliclinix::cellpose
