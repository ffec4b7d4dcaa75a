// Runs the network over an image, tile by tile.
#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include "base/compute_pool.h"
#include "base/result.h"
#include "cellpose/options.h"
#include "cellpose/planes.h"
#include "nn/network.h"

namespace intelliclinix::cellpose {

/// What the network makes of an image. The planes have the size of its input.
struct NetworkOutput {
  image::Plane flow_y;
  image::Plane flow_x;
  image::Plane cellprob;     ///< logit
  std::vector<float> style;  ///< 256 values of length 1
};

/// What a pass runs on and reports to.
struct PassContext {
  ComputePool& pool;
  std::stop_token stop{};           ///< seen before each tile
  std::function<void()> on_tile{};  ///< may be empty; called after each tile, from one thread at a time
};

/// Runs `network` over all tiles of `planes` and blends what comes out; tiles that look the same are run once. The
/// result does not depend on the number of threads: tiles are added in their order, and only those wait in memory that
/// end before an earlier one.
/// Errors: kCancelled after `stop`, the network's own.
Result<NetworkOutput> RunNetwork(const nn::Network& network, const Planes& planes, const Options& options,
                                 const PassContext& context);

/// The same for the style alone, which takes less than half the time.
Result<std::vector<float>> MeasureStyle(const nn::Network& network, const Planes& planes, const Options& options,
                                        const PassContext& context);

}  // namespace intelliclinix::cellpose
