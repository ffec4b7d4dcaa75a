#include "cellpose/dynamics.h"

#include <algorithm>
#include <span>

#include "cellpose/euler.h"
#include "cellpose/stopped.h"

namespace intelliclinix::cellpose {
namespace {

constexpr std::size_t kPixelsAtOnce =
    4096;  // few enough to share a large image fairly, enough to not wait for the pool

}  // namespace

Status FollowFlows(const FlowField& field, const DynamicsOptions& options, CellPixels& cells, ComputePool& pool,
                   const std::stop_token& stop) {
  const auto kernel = options.interpolate ? FollowInterpolated : FollowNearest;
  const std::span<float> positions(cells.positions);
  const auto follow = [&](std::size_t chunk) {
    const std::size_t first = chunk * 2 * kPixelsAtOnce;
    kernel(field, options.steps, positions.subspan(first, std::min(2 * kPixelsAtOnce, positions.size() - first)), stop);
  };
  const std::size_t chunks = (cells.pixels.size() + kPixelsAtOnce - 1) / kPixelsAtOnce;
  pool.ParallelFor(chunks, follow, stop);
  return CheckStop(stop);
}

}  // namespace intelliclinix::cellpose
