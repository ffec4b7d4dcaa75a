#include "runners/unet_model.h"

#include <string>
#include <utility>

namespace intelliclinix::runners {
namespace {

ModelInput InputOf(const unet::Reading& reading) {
  return {.channels = reading.channels,
          .multiple = reading.multiple,
          .least_side = reading.fixed_tile ? reading.tile : reading.multiple,
          .tile = reading.tile};
}

}  // namespace

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
                    .max_error = model->float32_.max_error,
                    .input = InputOf(model->reading())};
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
