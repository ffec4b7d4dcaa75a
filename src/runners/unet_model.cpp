#include "runners/unet_model.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "nn/onnx.h"
#include "nn/onnx_check.h"
#include "runners/model_file.h"
#include "runners/self_check.h"

namespace intelliclinix::runners {
namespace {

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
  IC_ASSIGN_OR_RETURN(model.max_error, RunTest(entry, *model.network));
  const bool exact = engine.precision == nn::Precision::kFloat32;
  const double tolerance = model.description.test_tolerance;
  if (!exact || model.max_error <= tolerance) return model;
  const nn::NetworkDescription network = model.network->Describe();
  return SelfTestFailed(entry, onnx_file::kTestOutput, model.max_error, tolerance,
                        network.engine + " (" + network.device + ")");
}

Result<std::unique_ptr<UnetModel>> UnetModel::Load(const records::ModelEntry& entry, const nn::EngineOptions& engine) {
  std::unique_ptr<UnetModel> model(new UnetModel(entry, engine));
  nn::EngineOptions exact = engine;
  exact.precision = nn::Precision::kFloat32;
  IC_ASSIGN_OR_RETURN(model->float32_, LoadOnnxModel(entry, exact));
  if (model->float32_.description.interpretation != Interpretation::kSemanticWatershed) {
    return Fail(ErrorCode::kInvalidArgument,
                "The model '" + entry.id + "' gives flows, which the runner 'cellpose' reads. Correct its runner_name.",
                "files.description");
  }
  const nn::NetworkDescription network = model->float32_.network->Describe();
  model->report_ = {.engine = network.engine,
                    .device = network.device,
                    .precision = std::string(nn::PrecisionName(network.precision)),
                    .weights_sha256 = entry.files.at(onnx_file::kWeights).sha256,
                    .max_error = model->float32_.max_error};
  return model;
}

Result<unet::Model> UnetModel::WithPrecision(nn::Precision precision) {
  if (precision == nn::Precision::kFloat32) return unet::Model{*float32_.network, reading()};
  const std::lock_guard lock(mutex_);
  if (bfloat16_ == nullptr) {
    nn::EngineOptions engine = engine_;
    engine.precision = precision;
    IC_ASSIGN_OR_RETURN(DescribedNetwork loaded, LoadOnnxModel(entry_, engine));
    bfloat16_ = std::move(loaded.network);
  }
  return unet::Model{*bfloat16_, reading()};
}

}  // namespace intelliclinix::runners
