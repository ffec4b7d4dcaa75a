// A network of classes of pixels in memory: checked files, networks, what its output means.
#pragma once

#include <memory>
#include <mutex>

#include "base/result.h"
#include "nn/network.h"
#include "records/model_entry.h"
#include "runners/model_runner.h"
#include "runners/onnx_description.h"
#include "unet/network_pass.h"

namespace intelliclinix::runners {

/// Roles of files of models that are ONNX networks. Without the test's files there is no self-test.
namespace onnx_file {
inline constexpr char kWeights[] = "weights";          ///< the ONNX file
inline constexpr char kDescription[] = "description";  ///< as ParseOnnxDescription takes it
inline constexpr char kTestInput[] = "test_input";     ///< `.npy`, [channels, h, w] or [1, channels, h, w]
inline constexpr char kTestOutput[] = "test_output";   ///< `.npy`, [planes, h, w] or [1, planes, h, w]
}  // namespace onnx_file

/// A network and what is said of it.
struct DescribedNetwork {
  OnnxDescription description;
  std::unique_ptr<nn::Network> network;
  double max_error = 0;  ///< of the test; 0 without one
};

/// Reads the files of an ONNX model, checks that they belong together, and runs the test.
/// Errors: kInvalidArgument naming the file that is not what the catalogue says or cannot be read, telling what of the
/// description does not fit, or how far the test is off.
Result<DescribedNetwork> LoadOnnxModel(const records::ModelEntry& entry, const nn::EngineOptions& engine);

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
