#include "nn/openvino/openvino_cpnet.h"

#include "nn/cpnet_shapes.h"
#include "nn/openvino/compile.h"
#include "nn/openvino/cpnet_graph.h"

namespace intelliclinix::nn {
namespace {

constexpr std::int64_t kTile = 224;
constexpr std::int64_t kAnySize = -1;

ov::Shape MapsShape(std::int64_t height, std::int64_t width) {
  return {1, static_cast<std::size_t>(kCpnetOutputs), static_cast<std::size_t>(height),
          static_cast<std::size_t>(width)};
}

}  // namespace

OpenvinoCpnet::OpenvinoCpnet(const Cpnet& net, const EngineOptions& options)
    : options_(options), graph_(BuildCpnetGraph(net, kAnySize, kAnySize)), device_(DeviceName(core_)) {}

std::unique_ptr<RequestPool> OpenvinoCpnet::Compile(std::int64_t height, std::int64_t width) const {
  const std::shared_ptr<ov::Model> graph = graph_->clone();
  graph->reshape(ov::PartialShape{1, kCpnetPlanes, height, width});
  return std::make_unique<RequestPool>(CompileForCpu(core_, graph, options_), options_.threads);
}

RequestPool& OpenvinoCpnet::PoolFor(std::int64_t height, std::int64_t width) const {
  const bool is_tile = height == kTile && width == kTile;
  Variant& variant = is_tile ? tile_ : any_size_;
  const std::lock_guard lock(variant.mutex);
  if (variant.pool == nullptr) variant.pool = is_tile ? Compile(kTile, kTile) : Compile(kAnySize, kAnySize);
  return *variant.pool;
}

Status OpenvinoCpnet::Forward(TensorView input, std::span<const MutableTensorView> outputs, Crew /*crew*/) const {
  IC_RETURN_IF_ERROR(CheckCpnetShapes(input, outputs));
  try {
    const auto& shape = input.shape;
    const std::vector<ov::Tensor> rooms = {StyleOnly(outputs)
                                               ? ov::Tensor(ov::element::f32, MapsShape(shape[2], shape[3]))
                                               : BorrowTensor(outputs[0].shape, outputs[0].values.data()),
                                           BorrowTensor(outputs[1].shape, outputs[1].values.data())};
    PoolFor(input.shape[2], input.shape[3]).Infer(BorrowTensor(input.shape, input.values.data()), rooms);
    return {};
  } catch (const std::bad_alloc&) {
    return Fail(ErrorCode::kResourceExhausted, "There is not enough memory for the network. Run fewer jobs at once.");
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInternal, std::string("OpenVINO failed to run the network: ") + error.what());
  }
}

NetworkDescription OpenvinoCpnet::Describe() const {
  return {.engine = OpenvinoName(), .device = device_, .precision = options_.precision};
}

}  // namespace intelliclinix::nn
