// Reads what training code leaves on disk, without running any of it.
#pragma once

#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/compute_pool.h"
#include "base/result.h"
#include "nn/tensor.h"

namespace intelliclinix::nn {

/// Bounds on a checkpoint, checked before memory is taken.
struct CheckpointLimits {
  std::uint64_t max_bytes = 2ULL << 30;  ///< file, and tensors after widening to float32
  std::size_t max_tensors = 10'000;
  std::size_t max_pickle_bytes = 16 << 20;
};

/// Reads a PyTorch state dict: the zip format (`data.pkl` and raw storages) or the older pickle stream; float32 and
/// float16 tensors (float16 widened; integer tensors such as `num_batches_tracked` are left out); a `module.` prefix
/// of the keys is removed.
/// Nothing is executed: a small interpreter knows the opcodes and globals that a state dict needs and refuses any
/// other by name.
/// With a `pool`, whose threads read tensors then, `file` must be one that several threads may read.
/// Errors: kInvalidArgument saying what the file holds instead; kTooLarge.
Result<StateDict> ReadCheckpoint(ByteSource& file, const CheckpointLimits& limits = {}, ComputePool* pool = nullptr);

/// The names of what a checkpoint holds, without reading its numbers; none where it holds no state dict.
/// Errors: as ReadCheckpoint.
Result<std::vector<std::string>> ListTensors(ByteSource& file, const CheckpointLimits& limits = {});

}  // namespace intelliclinix::nn
