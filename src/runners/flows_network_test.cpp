#include "runners/flows_network.h"

#include <array>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/byte_source.h"
#include "nn/cpnet.h"
#include "nn/onnx.h"
#include "nn/onnx_writer_test.h"

namespace intelliclinix::runners {
namespace {

using testing::Each;

constexpr std::int64_t kSide = 16;
constexpr std::size_t kPixels = kSide * kSide;
constexpr std::array<std::int64_t, 4> kInput = {1, nn::kCpnetPlanes, kSide, kSide};
constexpr std::array<std::int64_t, 4> kOutput = {1, nn::kCpnetOutputs, kSide, kSide};
constexpr std::array<std::int64_t, 2> kStyle = {1, nn::kCpnetStyle};

std::unique_ptr<nn::Network> Flows(const nn::OnnxFile& file) {
  nn::OnnxNetwork read = nn::MakeOnnxNetwork(AsBytes(file.Write()), {}).value();
  return MakeFlowsNetwork(std::move(read.network), static_cast<int>(file.channels));
}

/// What the network gives for a first plane of 2 and a second of 3, and its style.
struct Given {
  std::vector<float> planes = std::vector<float>(3 * kPixels);
  std::vector<float> style = std::vector<float>(nn::kCpnetStyle, 1.0F);

  std::vector<float> Plane(std::size_t plane) const {
    const auto first = planes.begin() + static_cast<std::ptrdiff_t>(plane * kPixels);
    return {first, first + kPixels};
  }
};

Given OutputOf(const nn::Network& network) {
  std::vector<float> input(2 * kPixels, 2);
  std::fill(input.begin() + kPixels, input.end(), 3.0F);
  Given given;
  const std::array<nn::MutableTensorView, 2> outputs = {nn::MutableTensorView{kOutput, given.planes},
                                                        nn::MutableTensorView{kStyle, given.style}};
  EXPECT_TRUE(network.Forward({kInput, input}, outputs, {}).has_value());
  return given;
}

TEST(FlowsNetwork, OneOfOneChannelSeesTheFirstPlane) {
  const Given given = OutputOf(*Flows({.weights = {0.5F, -1, 10}}));
  EXPECT_THAT(given.Plane(0), Each(1.0F)) << "flow y";
  EXPECT_THAT(given.Plane(1), Each(-2.0F)) << "flow x";
  EXPECT_THAT(given.Plane(2), Each(20.0F)) << "cell probability";
  EXPECT_THAT(given.style, Each(0.0F)) << "it tells none";
}

TEST(FlowsNetwork, OneOfTwoChannelsSeesBoth) {
  const Given given = OutputOf(*Flows({.channels = 2, .weights = {1, 0, 0, 1, 1, 1}}));
  EXPECT_THAT(given.Plane(0), Each(2.0F));
  EXPECT_THAT(given.Plane(1), Each(3.0F));
  EXPECT_THAT(given.Plane(2), Each(5.0F));
}

TEST(FlowsNetwork, WhoWantsOnlyTheStyleGetsIt) {
  const auto network = Flows({});
  const std::vector<float> input(2 * kPixels, 1);
  std::vector<float> style(nn::kCpnetStyle, 1.0F);
  const std::array<nn::MutableTensorView, 2> outputs = {nn::MutableTensorView{}, nn::MutableTensorView{kStyle, style}};
  ASSERT_TRUE(network->Forward({kInput, input}, outputs, {}).has_value());
  EXPECT_THAT(style, Each(0.0F));
}

TEST(FlowsNetwork, TakesNoOtherShapes) {
  const auto network = Flows({});
  const std::vector<float> input(kPixels, 1);
  std::vector<float> planes(3 * kPixels);
  std::vector<float> style(nn::kCpnetStyle);
  constexpr std::array<std::int64_t, 4> kOnePlane = {1, 1, kSide, kSide};
  const std::array<nn::MutableTensorView, 2> outputs = {nn::MutableTensorView{kOutput, planes},
                                                        nn::MutableTensorView{kStyle, style}};
  EXPECT_FALSE(network->Forward({kOnePlane, input}, outputs, {}).has_value());
}

}  // namespace
}  // namespace intelliclinix::runners
