#include <algorithm>
#include <exception>
#include <new>
#include <string>

#include <openvino/core/model.hpp>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>

#include "nn/onnx.h"
#include "nn/openvino/compile.h"
#include "nn/openvino/request_pool.h"

namespace intelliclinix::nn {
namespace {

/// Any network that OpenVINO has read.
class OpenvinoNetwork final : public Network {
 public:
  /// Throws: what OpenVINO throws.
  OpenvinoNetwork(ov::Core& core, const std::shared_ptr<ov::Model>& graph, const EngineOptions& options)
      : options_(options), device_(DeviceName(core)), requests_(CompileForCpu(core, graph, options), options.threads) {}

  Status Forward(TensorView input, std::span<const MutableTensorView> outputs, Crew /*crew*/) const override {
    try {
      const ov::Tensor room = BorrowTensor(outputs[0].shape, outputs[0].values.data());
      requests_.Infer(BorrowTensor(input.shape, input.values.data()), {room});
      // The engine shrinks a tensor to what it gives.
      const ov::Shape& given = room.get_shape();
      if (std::ranges::equal(given, outputs[0].shape, std::ranges::equal_to{}, {}, AsSide)) return {};
    } catch (const std::bad_alloc&) {
      return Fail(ErrorCode::kResourceExhausted, "There is not enough memory for the network. Run fewer jobs at once.");
    } catch (const std::exception& error) {
      return Fail(ErrorCode::kInvalidArgument,
                  "The network does not take an input of this size: " + FirstSentence(error.what()));
    }
    return Fail(ErrorCode::kInvalidArgument, "The network gives an output of another size than its description says.");
  }

  NetworkDescription Describe() const override {
    return {.engine = OpenvinoName(), .device = device_, .precision = options_.precision};
  }

 private:
  static std::size_t AsSide(std::int64_t side) { return static_cast<std::size_t>(side); }

  const EngineOptions options_;
  const std::string device_;
  mutable RequestPool requests_;
};

std::vector<std::int64_t> Sides(const ov::PartialShape& shape) {
  std::vector<std::int64_t> sides;
  if (shape.rank().is_dynamic()) return sides;
  for (const ov::Dimension& side : shape) sides.push_back(side.is_static() ? side.get_length() : kAnySide);
  return sides;
}

Result<std::shared_ptr<ov::Model>> ReadGraph(ov::Core& core, std::span<const std::byte> file) {
  try {
    return core.read_model(std::string(reinterpret_cast<const char*>(file.data()), file.size()), ov::Tensor());
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInvalidArgument, "The ONNX file cannot be run: " + FirstSentence(error.what()) +
                                                 " Export the network with operators of ONNX's standard opsets.");
  }
}

Status CheckPorts(const ov::Model& graph) {
  const bool ports = graph.inputs().size() == 1 && !graph.outputs().empty();
  if (ports && graph.input().get_element_type() == ov::element::f32 &&
      graph.output(0).get_element_type() == ov::element::f32) {
    return {};
  }
  return Fail(ErrorCode::kInvalidArgument, "The network has " + std::to_string(graph.inputs().size()) +
                                               " inputs; it must have one, and this and its first output must be of "
                                               "float32. Export it so.");
}

}  // namespace

Result<OnnxNetwork> MakeOnnxNetwork(std::span<const std::byte> file, const EngineOptions& options) {
  if (options.precision == Precision::kBfloat16 && !CanComputeBfloat16(options)) {
    return Fail(ErrorCode::kInvalidArgument, "This machine's CPU cannot compute in bfloat16. Choose precision f32.",
                "precision");
  }
  try {
    ov::Core core;
    IC_ASSIGN_OR_RETURN(const std::shared_ptr<ov::Model> graph, ReadGraph(core, file));
    IC_RETURN_IF_ERROR(CheckPorts(*graph));
    return OnnxNetwork{.network = std::make_unique<OpenvinoNetwork>(core, graph, options),
                       .input = Sides(graph->input().get_partial_shape()),
                       .output = Sides(graph->output(0).get_partial_shape())};
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInvalidArgument,
                "OpenVINO cannot compile the network for this machine: " + FirstSentence(error.what()));
  }
}

}  // namespace intelliclinix::nn
