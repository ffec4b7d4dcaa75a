// A network of classes of pixels in memory: checked files, networks, what its output means.
#pragma once

#include <memory>
#include <mutex>

#include "base/result.h"
#include "nn/network.h"
#include "records/model_entry.h"
#include "runners/model_runner.h"
#include "runners/onnx_model.h"
#include "unet/network_pass.h"

namespace intelliclinix::runners {

/// Threads: any.
class UnetModel {
 public:
  /// `engine`: what computes its networks. Errors: as LoadOnnxModel; kInvalidArgument for another interpretation.
  static Result<std::unique_ptr<UnetModel>> Load(const records::ModelEntry& entry, const nn::EngineOptions& engine);

  const ModelReport& report() const { return report_; }
  const unet::Reading& reading() const { return float32_.description.reading; }

  /// The model with a network of that precision; the bfloat16 one is made when it is first asked for.
  /// Errors: as Load, and kInvalidArgument where the CPU has no bfloat16.
  Result<unet::Model> WithPrecision(nn::Precision precision);

 private:
  UnetModel(records::ModelEntry entry, const nn::EngineOptions& engine) : entry_(std::move(entry)), engine_(engine) {}

  const records::ModelEntry entry_;
  const nn::EngineOptions engine_;
  ModelReport report_;
  DescribedNetwork float32_;
  std::mutex mutex_;
  std::unique_ptr<nn::Network> bfloat16_;  // guarded by mutex_
};

}  // namespace intelliclinix::runners
