// Float arrays with a shape.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace intelliclinix::nn {

/// A dense float32 array, last axis fastest.
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

/// A model's weights by the names that its training code gave them.
using StateDict = std::map<std::string, Tensor>;

/// Borrowed input of a network.
struct TensorView {
  std::span<const std::int64_t> shape;
  std::span<const float> values;
};

/// Borrowed room for an output of a network.
struct MutableTensorView {
  std::span<const std::int64_t> shape;
  std::span<float> values;
};

}  // namespace intelliclinix::nn
