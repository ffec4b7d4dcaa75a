// Runs Cellpose models.
#pragma once

#include <memory>

#include "nn/network.h"
#include "runners/model_runner.h"

namespace intelliclinix::runners {

/// The runner named "cellpose". Models are loaded when they are first prepared or run, and kept.
/// `threads`: forward passes that will run at the same time, the width of the compute pool. `has_bfloat16`: whether
/// `precision` may be bf16.
std::unique_ptr<ModelRunner> MakeCellposeRunner(int threads, bool has_bfloat16 = nn::CpuHasBfloat16());

}  // namespace intelliclinix::runners
