// CPnet as an OpenVINO graph.
#pragma once

#include <memory>

#include <openvino/core/model.hpp>

#include "nn/cpnet.h"

namespace intelliclinix::nn {

/// The graph of `net` for inputs [1, 2, height, width]. Outputs: flows and cell probability [1, 3, height, width],
/// style [1, 256]. Borrows: the weights, which must outlive every model compiled from the graph's copies.
/// Throws: what OpenVINO throws.
std::shared_ptr<ov::Model> BuildCpnetGraph(const Cpnet& net, std::int64_t height, std::int64_t width);

}  // namespace intelliclinix::nn
