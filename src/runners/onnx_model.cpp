#include "runners/onnx_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nn/cpnet.h"
#include "nn/onnx.h"
#include "nn/onnx_check.h"
#include "runners/model_file.h"
#include "runners/self_check.h"

namespace intelliclinix::runners {
namespace {

constexpr int kProbeSide = 64;  // px

/// A side that the network takes.
int ProbeSide(const unet::Reading& reading) {
  if (reading.fixed_tile) return reading.tile;
  return (kProbeSide + reading.multiple - 1) / reading.multiple * reading.multiple;
}

Result<nn::OnnxNetwork> ReadNetwork(const records::ModelEntry& entry, const nn::EngineOptions& engine) {
  IC_ASSIGN_OR_RETURN(const std::vector<std::byte> file, ReadModelFile(entry, onnx_file::kWeights));
  IC_RETURN_IF_ERROR(NamedAfter(entry, onnx_file::kWeights, nn::CheckOnnx(file)));
  return NamedAfter(entry, onnx_file::kWeights, nn::MakeOnnxNetwork(file, engine));
}

/// How far the network is off what it should give.
Result<double> RunTest(const records::ModelEntry& entry, const nn::Network& network) {
  if (!entry.files.contains(onnx_file::kTestInput) || !entry.files.contains(onnx_file::kTestOutput)) return 0.0;
  IC_ASSIGN_OR_RETURN(const nn::Tensor input, ReadModelArray(entry, onnx_file::kTestInput));
  IC_ASSIGN_OR_RETURN(const nn::Tensor output, ReadModelArray(entry, onnx_file::kTestOutput));
  std::vector<float> actual(output.values.size());
  const std::vector<std::int64_t> input_shape = BatchOfOne(input);
  const std::vector<std::int64_t> output_shape = BatchOfOne(output);
  const std::array<nn::MutableTensorView, 1> outputs = {nn::MutableTensorView{output_shape, actual}};
  IC_RETURN_IF_ERROR(
      NamedAfter(entry, onnx_file::kTestInput, network.Forward({input_shape, input.values}, outputs, {})));
  return MaxDifference(actual, output.values);
}

/// Runs the network once, on brightness that rises from left to right: what gives nonsense there gives it anywhere.
Status Probe(const nn::Network& network, const OnnxDescription& description) {
  const unet::Reading& reading = description.reading;
  const bool flows = description.interpretation == Interpretation::kCellposeFlows;
  const int side = ProbeSide(reading);
  const std::array<std::int64_t, 4> in = {1, reading.channels, side, side};
  const std::array<std::int64_t, 4> out = {1, flows ? nn::kCpnetOutputs : reading.classes, side, side};
  std::vector<float> input(static_cast<std::size_t>(in[1] * side * side));
  for (std::size_t i = 0; i < input.size(); ++i) {
    input[i] = static_cast<float>(i % static_cast<std::size_t>(side)) / static_cast<float>(side);
  }
  std::vector<float> output(static_cast<std::size_t>(out[1] * side * side));
  const std::array<nn::MutableTensorView, 1> outputs = {nn::MutableTensorView{out, output}};
  IC_RETURN_IF_ERROR(network.Forward({in, input}, outputs, {}));
  if (std::ranges::all_of(output, [](float value) { return std::isfinite(value); })) return {};
  return Fail(ErrorCode::kInvalidArgument,
              "The network gives infinite or undefined numbers: its weights hold such, or its training failed. Choose "
              "another one.");
}

}  // namespace

Result<DescribedNetwork> LoadOnnxModel(const records::ModelEntry& entry, const nn::EngineOptions& engine) {
  IC_ASSIGN_OR_RETURN(const std::vector<std::byte> text, ReadModelFile(entry, onnx_file::kDescription));
  DescribedNetwork model;
  IC_ASSIGN_OR_RETURN(model.description, NamedAfter(entry, onnx_file::kDescription, ParseOnnxDescription(text)));
  IC_ASSIGN_OR_RETURN(nn::OnnxNetwork onnx, ReadNetwork(entry, engine));
  IC_RETURN_IF_ERROR(
      NamedAfter(entry, onnx_file::kDescription, CheckSignature(model.description, onnx.input, onnx.output)));
  model.description.reading.fixed_tile = onnx.input[2] != nn::kAnySide || onnx.input[3] != nn::kAnySide;
  model.network = std::move(onnx.network);
  IC_RETURN_IF_ERROR(NamedAfter(entry, onnx_file::kWeights, Probe(*model.network, model.description)));
  IC_ASSIGN_OR_RETURN(model.max_error, RunTest(entry, *model.network));
  const bool exact = engine.precision == nn::Precision::kFloat32;
  const double tolerance = model.description.test_tolerance;
  if (!exact || model.max_error <= tolerance) return model;
  const nn::NetworkDescription network = model.network->Describe();
  return SelfTestFailed(entry, onnx_file::kTestOutput, model.max_error, tolerance,
                        network.engine + " (" + network.device + ")");
}

}  // namespace intelliclinix::runners
