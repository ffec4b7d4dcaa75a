#include "nn/cpnet_shapes.h"

#include <algorithm>
#include <initializer_list>
#include <string>

#include "nn/cpnet.h"

namespace intelliclinix::nn {
namespace {

bool IsSide(std::int64_t side) { return side >= 16 && side <= kCpnetMaxSide && side % 16 == 0; }

bool Holds(std::span<const std::int64_t> shape, std::size_t values, std::initializer_list<std::int64_t> expected) {
  std::int64_t count = 1;
  for (std::int64_t side : expected) count *= side;
  return std::ranges::equal(shape, expected) && values == static_cast<std::size_t>(count);
}

}  // namespace

Status CheckCpnetShapes(TensorView input, std::span<const MutableTensorView> outputs) {
  if (input.shape.size() == 4 && IsSide(input.shape[2]) && IsSide(input.shape[3]) && outputs.size() == 2) {
    const std::int64_t height = input.shape[2];
    const std::int64_t width = input.shape[3];
    if (Holds(input.shape, input.values.size(), {1, kCpnetPlanes, height, width}) &&
        (StyleOnly(outputs) || Holds(outputs[0].shape, outputs[0].values.size(), {1, kCpnetOutputs, height, width})) &&
        Holds(outputs[1].shape, outputs[1].values.size(), {1, kCpnetStyle})) {
      return {};
    }
  }
  return Fail(ErrorCode::kInvalidArgument, "The network takes one tile [1, 2, h, w], h and w multiples of 16 up to " +
                                               std::to_string(kCpnetMaxSide) +
                                               ", and gives [1, 3, h, w] and [1, 256].");
}

}  // namespace intelliclinix::nn
