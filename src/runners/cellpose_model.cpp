#include "runners/cellpose_model.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "base/byte_source.h"
#include "nn/checkpoint.h"
#include "nn/npy.h"
#include "runners/model_file.h"

namespace intelliclinix::runners {
namespace {

/// How far float32 arithmetic in another order may be off.
constexpr double kSelfTestTolerance = 1e-3;

/// Puts the model and the file in front of what a reader found wrong.
template <typename T>
Result<T> Named(Result<T> parsed, const records::ModelEntry& entry, const char* role) {
  if (parsed) return parsed;
  Error error = std::move(parsed).error();
  error.message = "The model '" + entry.id + "' cannot be used: " + entry.files.at(role).path + ": " + error.message;
  error.field = std::string("files.") + role;
  return std::unexpected(std::move(error));
}

Result<nn::StateDict> ReadWeights(const records::ModelEntry& entry) {
  IC_ASSIGN_OR_RETURN(std::vector<std::byte> bytes, ReadModelFile(entry, cellpose_file::kWeights));
  MemorySource source(std::move(bytes));
  return Named(nn::ReadCheckpoint(source), entry, cellpose_file::kWeights);
}

Result<nn::Tensor> ReadArray(const records::ModelEntry& entry, const char* role) {
  IC_ASSIGN_OR_RETURN(std::vector<std::byte> bytes, ReadModelFile(entry, role));
  MemorySource source(std::move(bytes));
  return Named(nn::ReadNpy(source), entry, role);
}

/// Infinite when sizes differ or something is not a number.
double MaxDifference(const std::vector<float>& actual, const std::vector<float>& expected) {
  if (actual.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double largest = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double difference = std::abs(static_cast<double>(actual[i]) - expected[i]);
    if (std::isnan(difference)) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, difference);
  }
  return largest;
}

std::vector<std::int64_t> BatchOfOne(const nn::Tensor& tensor) {
  std::vector<std::int64_t> shape = {1};
  shape.insert(shape.end(), tensor.shape.begin(), tensor.shape.end());
  return shape;
}

std::string Scientific(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", number);
  return text;
}

}  // namespace

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

Status CellposeModel::LoadNetwork() {
  IC_ASSIGN_OR_RETURN(const nn::StateDict weights, ReadWeights(entry_));
  IC_ASSIGN_OR_RETURN(diameters_, Named(nn::ReadDiameters(weights), entry_, cellpose_file::kWeights));
  IC_ASSIGN_OR_RETURN(
      float32_, Named(nn::MakeCpnet(weights, EngineFor(nn::Precision::kFloat32)), entry_, cellpose_file::kWeights));
  const nn::NetworkDescription network = float32_->Describe();
  report_ = {.engine = network.engine,
             .device = network.device,
             .precision = std::string(nn::PrecisionName(network.precision)),
             .weights_sha256 = entry_.files.at(cellpose_file::kWeights).sha256};
  return {};
}

Status CellposeModel::LoadSizeModel() {
  if (!entry_.files.contains(cellpose_file::kSizeModel)) return {};
  IC_ASSIGN_OR_RETURN(std::vector<std::byte> bytes, ReadModelFile(entry_, cellpose_file::kSizeModel));
  MemorySource source(std::move(bytes));
  IC_ASSIGN_OR_RETURN(size_model_, Named(cellpose::ReadSizeModel(source), entry_, cellpose_file::kSizeModel));
  return {};
}

Status CellposeModel::RunSelfTest() {
  if (!entry_.files.contains(cellpose_file::kSelfTestInput)) return {};
  IC_ASSIGN_OR_RETURN(const nn::Tensor input, ReadArray(entry_, cellpose_file::kSelfTestInput));
  IC_ASSIGN_OR_RETURN(const nn::Tensor output, ReadArray(entry_, cellpose_file::kSelfTestOutput));
  IC_ASSIGN_OR_RETURN(const nn::Tensor style, ReadArray(entry_, cellpose_file::kSelfTestStyle));

  std::vector<float> actual_output(output.values.size());
  std::vector<float> actual_style(style.values.size());
  const std::vector<std::int64_t> input_shape = BatchOfOne(input);
  const std::vector<std::int64_t> output_shape = BatchOfOne(output);
  const std::vector<std::int64_t> style_shape = BatchOfOne(style);
  const nn::MutableTensorView outputs[] = {{output_shape, actual_output}, {style_shape, actual_style}};
  IC_RETURN_IF_ERROR(float32_->Forward({input_shape, input.values}, outputs, {}));

  report_.max_error = std::max(MaxDifference(actual_output, output.values), MaxDifference(actual_style, style.values));
  if (report_.max_error <= kSelfTestTolerance) return {};
  return Fail(ErrorCode::kInvalidArgument,
              "The model '" + entry_.id + "' failed its self-test: the network's output is off by " +
                  Scientific(report_.max_error) + ", and " + Scientific(kSelfTestTolerance) +
                  " is allowed. Check that the files of its catalogue entry belong together; if they do, " +
                  report_.engine + " computes wrongly on this processor (" + report_.device + ").",
              std::string("files.") + cellpose_file::kSelfTestOutput);
}

Result<cellpose::Model> CellposeModel::WithPrecision(nn::Precision precision) {
  const cellpose::SizeModel* const size_model = size_model_ ? &*size_model_ : nullptr;
  if (precision == nn::Precision::kFloat32) return cellpose::Model{*float32_, diameters_, size_model};
  const std::lock_guard lock(mutex_);
  if (bfloat16_ == nullptr) {
    IC_ASSIGN_OR_RETURN(const nn::StateDict weights, ReadWeights(entry_));
    IC_ASSIGN_OR_RETURN(bfloat16_, nn::MakeCpnet(weights, EngineFor(precision)));
  }
  return cellpose::Model{*bfloat16_, diameters_, size_model};
}

}  // namespace intelliclinix::runners
