// What all networks on OpenVINO's CPU plugin have in common.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <openvino/core/model.hpp>
#include <openvino/runtime/core.hpp>

#include "nn/network.h"

namespace intelliclinix::nn {

/// "openvino 2026.4".
std::string OpenvinoName();

/// The processor's name. Throws: what OpenVINO throws.
std::string DeviceName(ov::Core& core);

/// Compiles `graph` so that each pass takes one thread, `options.threads` of them at once. Throws: what OpenVINO
/// throws.
ov::CompiledModel CompileForCpu(ov::Core& core, const std::shared_ptr<ov::Model>& graph, const EngineOptions& options);

/// Borrowed memory as OpenVINO takes it, for inputs too, which it does not write to.
ov::Tensor BorrowTensor(std::span<const std::int64_t> shape, const float* values);

/// What an exception of OpenVINO says, without the places in its sources, as one line that ends with a full stop.
std::string FirstSentence(std::string_view what);

}  // namespace intelliclinix::nn
