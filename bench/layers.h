// Where the time of a tile goes on our own engine, layer by layer.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "nn/cpnet.h"
#include "nn/network.h"

namespace intelliclinix::bench {

/// Layers of one kind: all that a tile has of it, on one core. A multiplication and an addition are two operations.
struct LayerKind {
  std::string name;              ///< for example "3x3, 224 x 224, 32 to 32"
  double layers = 0;             ///< of a tile
  double seconds = 0;            ///< the least of all rounds
  double operations = 0;         ///< of the products that the kernel computes; Winograd's transforms are not counted
  double direct_operations = 0;  ///< of the same layers as direct convolutions
  double bytes = 0;              ///< weights, inputs, outputs and residuals, each once
};

/// What is run.
struct LayerBench {
  nn::Precision precision = nn::Precision::kFloat32;
  nn::CpuLevel cpu = nn::CpuLevel::kAmx;
  int threads = 1;  ///< that are at tiles of their own meanwhile; the first is timed
  int rounds = 1;
  std::function<void(const nn::Network& network, int thread)> pass;  ///< one tile of a thread
};

/// The layers in the order of a pass, and last, as "the rest", what a pass takes between them. Calls the engine's own
/// kernels through functions that look at the clock. None where the CPU lacks the precision.
/// Threads: one at a time.
std::vector<LayerKind> TimeLayers(const nn::Cpnet& net, const LayerBench& bench);

}  // namespace intelliclinix::bench
