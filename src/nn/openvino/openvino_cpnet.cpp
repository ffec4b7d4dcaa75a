#include "nn/openvino/openvino_cpnet.h"

#include <openvino/core/version.hpp>
#include <openvino/runtime/properties.hpp>

#include "nn/cpnet_shapes.h"
#include "nn/openvino/cpnet_graph.h"

namespace intelliclinix::nn {
namespace {

constexpr std::int64_t kTile = 224;
constexpr std::int64_t kAnySize = -1;
constexpr char kDevice[] = "CPU";

ov::Tensor Borrow(std::span<const std::int64_t> shape, const float* values) {
  return {ov::element::f32, ov::Shape(shape.begin(), shape.end()), const_cast<float*>(values)};
}

ov::Shape MapsShape(std::int64_t height, std::int64_t width) {
  return {1, static_cast<std::size_t>(kCpnetOutputs), static_cast<std::size_t>(height),
          static_cast<std::size_t>(width)};
}

std::string EngineName() {
  const std::string build = ov::get_openvino_version().buildNumber;  // "2026.4.0-12345-..."
  return "openvino " + build.substr(0, build.find('.', build.find('.') + 1));
}

}  // namespace

OpenvinoCpnet::OpenvinoCpnet(const Cpnet& net, const EngineOptions& options)
    : options_(options),
      graph_(BuildCpnetGraph(net, kAnySize, kAnySize)),
      device_(core_.get_property(kDevice, ov::device::full_name)) {}

std::unique_ptr<RequestPool> OpenvinoCpnet::Compile(std::int64_t height, std::int64_t width) const {
  const std::shared_ptr<ov::Model> graph = graph_->clone();
  graph->reshape(ov::PartialShape{1, kCpnetPlanes, height, width});
  const bool bf16 = options_.precision == Precision::kBfloat16;
  // Pinning would change the affinity of our compute threads behind their back.
  ov::CompiledModel model = core_.compile_model(
      graph, kDevice, ov::num_streams(options_.threads), ov::inference_num_threads(options_.threads),
      ov::hint::inference_precision(bf16 ? ov::element::bf16 : ov::element::f32), ov::hint::enable_cpu_pinning(false));
  return std::make_unique<RequestPool>(std::move(model), options_.threads);
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
                                               : Borrow(outputs[0].shape, outputs[0].values.data()),
                                           Borrow(outputs[1].shape, outputs[1].values.data())};
    PoolFor(input.shape[2], input.shape[3]).Infer(Borrow(input.shape, input.values.data()), rooms);
    return {};
  } catch (const std::bad_alloc&) {
    return Fail(ErrorCode::kResourceExhausted, "There is not enough memory for the network. Run fewer jobs at once.");
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInternal, std::string("OpenVINO failed to run the network: ") + error.what());
  }
}

NetworkDescription OpenvinoCpnet::Describe() const {
  return {.engine = EngineName(), .device = device_, .precision = options_.precision};
}

}  // namespace intelliclinix::nn
