// What CPnet takes and gives, whichever engine runs it.
#pragma once

#include <span>

#include "base/result.h"
#include "nn/tensor.h"

namespace intelliclinix::nn {

/// Units: px. Bounds the memory of a pass, at about 1 GiB.
inline constexpr std::int64_t kCpnetMaxSide = 1024;

/// Errors: kInvalidArgument unless the input is [1, 2, h, w], h and w multiples of 16 up to kCpnetMaxSide, and the
/// outputs are [1, 3, h, w] (or empty: not wanted) and [1, 256].
Status CheckCpnetShapes(TensorView input, std::span<const MutableTensorView> outputs);

/// Whether the caller wants only the style.
inline bool StyleOnly(std::span<const MutableTensorView> outputs) { return outputs[0].shape.empty(); }

}  // namespace intelliclinix::nn
