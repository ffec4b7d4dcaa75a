#include "runners/flows_network.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "nn/cpnet_shapes.h"

namespace intelliclinix::runners {
namespace {

class FlowsNetwork final : public nn::Network {
 public:
  FlowsNetwork(std::unique_ptr<nn::Network> planes, int channels) : planes_(std::move(planes)), channels_(channels) {}

  Status Forward(nn::TensorView input, std::span<const nn::MutableTensorView> outputs, nn::Crew crew) const override {
    IC_RETURN_IF_ERROR(nn::CheckCpnetShapes(input, outputs));
    std::ranges::fill(outputs[1].values, 0.0F);
    if (nn::StyleOnly(outputs)) return {};
    // The planes that it takes are the first of two.
    const std::array<std::int64_t, 4> shape = {1, channels_, input.shape[2], input.shape[3]};
    const auto values = static_cast<std::size_t>(channels_ * shape[2] * shape[3]);
    return planes_->Forward({shape, input.values.first(values)}, outputs.first(1), crew);
  }

  nn::NetworkDescription Describe() const override { return planes_->Describe(); }

 private:
  const std::unique_ptr<nn::Network> planes_;
  const int channels_;
};

}  // namespace

std::unique_ptr<nn::Network> MakeFlowsNetwork(std::unique_ptr<nn::Network> planes, int channels) {
  return std::make_unique<FlowsNetwork>(std::move(planes), channels);
}

}  // namespace intelliclinix::runners
