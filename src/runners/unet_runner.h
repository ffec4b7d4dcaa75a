// Runs networks that tell classes of pixels: background, the insides of cells, their borders.
#pragma once

#include <memory>

#include "nn/network.h"
#include "runners/model_runner.h"

namespace intelliclinix::runners {

/// The runner named "unet". Models are loaded when they are first prepared or run, and kept.
/// `engine`: with as many threads as the compute pool is wide; the precision is the parameters' to choose.
std::unique_ptr<ModelRunner> MakeUnetRunner(const nn::EngineOptions& engine);

}  // namespace intelliclinix::runners
