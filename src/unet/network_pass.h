// The network over a whole image.
#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include "base/compute_pool.h"
#include "base/result.h"
#include "image/image.h"
#include "nn/network.h"
#include "unet/options.h"

namespace intelliclinix::unet {

/// A loaded model. Borrows: the network.
struct Model {
  const nn::Network& network;
  Reading reading;
};

/// What the network sees in each pixel, 0 to 1.
struct Probabilities {
  image::Plane interior;    ///< that it is the inside of an object
  image::Plane foreground;  ///< that it belongs to an object: anything but background
};

struct PassContext {
  ComputePool& pool;
  std::stop_token stop{};                                           ///< seen before the next tile
  std::function<void(int tiles_done, int tiles_total)> progress{};  ///< may be empty; called from any thread
};

/// Runs the network on tiles of `planes` (as many as Reading::channels, of one size) and blends what it gives linearly.
/// The result does not depend on the number of threads.
/// Errors: kCancelled after `context.stop`; those of the network.
Result<Probabilities> RunNetwork(const Model& model, const std::vector<image::Plane>& planes,
                                 const PassContext& context);

}  // namespace intelliclinix::unet
