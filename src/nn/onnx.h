// Networks from ONNX files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "nn/network.h"

namespace intelliclinix::nn {

/// A side of a tensor that may have any length.
inline constexpr std::int64_t kAnySide = -1;

/// A network with what its file says of its first input and output.
struct OnnxNetwork {
  std::unique_ptr<Network> network;  ///< Forward takes one output, the first
  std::vector<std::int64_t> input;   ///< sides; kAnySide where the file leaves them open
  std::vector<std::int64_t> output;
};

/// Reads an ONNX file and compiles it. Weights must be in the file itself: what lies in others is refused by CheckOnnx,
/// which comes first.
/// Errors: kInvalidArgument saying what the file is instead, which operators the engine lacks, or that the CPU has no
/// such precision; kInternal when the engine does not run on this machine.
Result<OnnxNetwork> MakeOnnxNetwork(std::span<const std::byte> file, const EngineOptions& options);

}  // namespace intelliclinix::nn
