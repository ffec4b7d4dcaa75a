#include "runners/cellpose_model.h"

#include <algorithm>

#include "base/byte_source.h"
#include "cellpose/tiles.h"
#include "nn/checkpoint.h"
#include "runners/flows_network.h"
#include "runners/model_file.h"
#include "runners/onnx_model.h"
#include "runners/self_check.h"

namespace intelliclinix::runners {
namespace {

/// How far float32 arithmetic in another order may be off.
constexpr double kSelfTestTolerance = 1e-3;

/// However small an image is, the method pads it to kLeastSide.
ModelInput InputOf(std::int64_t channels, int multiple) {
  return {.channels = static_cast<int>(channels),
          .multiple = multiple,
          .least_side = cellpose::kLeastSide,
          .tile = cellpose::Options().bsize};
}

Result<nn::StateDict> ReadWeights(const records::ModelEntry& entry, ComputePool* pool) {
  IC_ASSIGN_OR_RETURN(std::vector<std::byte> bytes, ReadModelFile(entry, cellpose_file::kWeights));
  MemorySource source(std::move(bytes));
  return NamedAfter(entry, cellpose_file::kWeights, nn::ReadCheckpoint(source, {}, pool));
}

}  // namespace

std::string WriteDiameters(double diam_mean) { return DumpJson({{"diam_mean", diam_mean}}) + "\n"; }

Result<std::unique_ptr<CellposeModel>> CellposeModel::Load(const records::ModelEntry& entry,
                                                           const nn::EngineOptions& engine) {
  std::unique_ptr<CellposeModel> model(new CellposeModel(entry, engine));
  IC_RETURN_IF_ERROR(model->LoadNetwork());
  IC_RETURN_IF_ERROR(model->LoadSizeModel());
  IC_RETURN_IF_ERROR(model->RunSelfTest());
  return model;
}

nn::EngineOptions CellposeModel::EngineFor(nn::Precision precision) const {
  nn::EngineOptions options = engine_;
  options.precision = precision;
  return options;
}

Status CellposeModel::ReadDiameters(const nn::StateDict& weights) {
  if (!entry_.files.contains(cellpose_file::kDiameters)) {
    IC_ASSIGN_OR_RETURN(diameters_, NamedAfter(entry_, cellpose_file::kWeights, nn::ReadDiameters(weights)));
    return {};
  }
  IC_ASSIGN_OR_RETURN(const std::vector<std::byte> bytes, ReadModelFile(entry_, cellpose_file::kDiameters));
  const Result<Json> json = ParseJson({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  const Json number = json && json->is_object() ? json->value("diam_mean", Json()) : Json();
  if (!number.is_number() || number.get<double>() <= 0) {
    return Fail(ErrorCode::kInvalidArgument, "The model '" + entry_.id + "' cannot be used: its diameter is no number.",
                std::string("files.") + cellpose_file::kDiameters);
  }
  diameters_ = {.diam_mean = number.get<float>(), .diam_labels = number.get<float>()};
  return {};
}

Status CellposeModel::LoadCheckpoint() {
  IC_ASSIGN_OR_RETURN(const nn::StateDict weights, ReadWeights(entry_, engine_.pool));
  IC_RETURN_IF_ERROR(ReadDiameters(weights));
  report_.input = InputOf(nn::kCpnetPlanes, cellpose::kMultiple);
  IC_ASSIGN_OR_RETURN(float32_, NamedAfter(entry_, cellpose_file::kWeights,
                                           nn::MakeCpnet(weights, EngineFor(nn::Precision::kFloat32))));
  return {};
}

Status CellposeModel::LoadOnnx() {
  IC_ASSIGN_OR_RETURN(DescribedNetwork loaded, LoadOnnxModel(entry_, EngineFor(nn::Precision::kFloat32)));
  if (loaded.description.interpretation != Interpretation::kCellposeFlows) {
    return Fail(ErrorCode::kInvalidArgument,
                "The model '" + entry_.id + "' gives no flows; the runner 'unet' reads it. Correct its runner_name.",
                "files.description");
  }
  diameters_ = loaded.description.diameters;
  report_.max_error = loaded.max_error;
  const unet::Reading& reading = loaded.description.reading;
  report_.input = InputOf(reading.channels, reading.multiple);
  float32_ = MakeFlowsNetwork(std::move(loaded.network), loaded.description.reading.channels);
  return {};
}

Status CellposeModel::LoadNetwork() {
  IC_RETURN_IF_ERROR(IsOnnx() ? LoadOnnx() : LoadCheckpoint());
  const nn::NetworkDescription network = float32_->Describe();
  report_.engine = network.engine;
  report_.device = network.device;
  report_.precision = std::string(nn::PrecisionName(network.precision));
  report_.weights_sha256 = entry_.files.at(cellpose_file::kWeights).sha256;
  return {};
}

Status CellposeModel::LoadSizeModel() {
  if (!entry_.files.contains(cellpose_file::kSizeModel)) return {};
  IC_ASSIGN_OR_RETURN(std::vector<std::byte> bytes, ReadModelFile(entry_, cellpose_file::kSizeModel));
  MemorySource source(std::move(bytes));
  IC_ASSIGN_OR_RETURN(size_model_, NamedAfter(entry_, cellpose_file::kSizeModel, cellpose::ReadSizeModel(source)));
  return {};
}

Status CellposeModel::RunSelfTest() {
  if (!entry_.files.contains(cellpose_file::kSelfTestInput)) return {};
  IC_ASSIGN_OR_RETURN(const nn::Tensor input, ReadModelArray(entry_, cellpose_file::kSelfTestInput));
  IC_ASSIGN_OR_RETURN(const nn::Tensor output, ReadModelArray(entry_, cellpose_file::kSelfTestOutput));
  IC_ASSIGN_OR_RETURN(const nn::Tensor style, ReadModelArray(entry_, cellpose_file::kSelfTestStyle));

  std::vector<float> actual_output(output.values.size());
  std::vector<float> actual_style(style.values.size());
  const std::vector<std::int64_t> input_shape = BatchOfOne(input);
  const std::vector<std::int64_t> output_shape = BatchOfOne(output);
  const std::vector<std::int64_t> style_shape = BatchOfOne(style);
  const nn::MutableTensorView outputs[] = {{output_shape, actual_output}, {style_shape, actual_style}};
  const nn::Crew crew{.pool = engine_.pool, .size = engine_.threads};
  IC_RETURN_IF_ERROR(float32_->Forward({input_shape, input.values}, outputs, crew));

  report_.max_error = std::max(MaxDifference(actual_output, output.values), MaxDifference(actual_style, style.values));
  if (report_.max_error <= kSelfTestTolerance) return {};
  return SelfTestFailed(entry_, cellpose_file::kSelfTestOutput, report_.max_error, kSelfTestTolerance,
                        report_.engine + " (" + report_.device + ")");
}

Result<cellpose::Model> CellposeModel::WithPrecision(nn::Precision precision) {
  const cellpose::SizeModel* const size_model = size_model_ ? &*size_model_ : nullptr;
  if (precision == nn::Precision::kFloat32) return cellpose::Model{*float32_, diameters_, size_model};
  const std::unique_lock lock = ComputePool::LockUnseated(mutex_);
  if (bfloat16_ == nullptr && IsOnnx()) {
    IC_ASSIGN_OR_RETURN(DescribedNetwork loaded, LoadOnnxModel(entry_, EngineFor(precision)));
    bfloat16_ = MakeFlowsNetwork(std::move(loaded.network), loaded.description.reading.channels);
  }
  if (bfloat16_ == nullptr) {
    IC_ASSIGN_OR_RETURN(const nn::StateDict weights, ReadWeights(entry_, engine_.pool));
    IC_ASSIGN_OR_RETURN(bfloat16_, nn::MakeCpnet(weights, EngineFor(precision)));
  }
  return cellpose::Model{*bfloat16_, diameters_, size_model};
}

}  // namespace intelliclinix::runners
