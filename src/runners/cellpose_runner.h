// Runs Cellpose models.
#pragma once

#include <memory>

#include "nn/network.h"
#include "runners/model_runner.h"

namespace intelliclinix::runners {

/// The runner named "cellpose". Models are loaded when they are first prepared or run, and kept.
/// `engine`: what computes its networks, with as many threads as the compute pool is wide; the precision is the
/// parameters' to choose.
std::unique_ptr<ModelRunner> MakeCellposeRunner(const nn::EngineOptions& engine);

}  // namespace intelliclinix::runners
