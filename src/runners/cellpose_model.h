// A Cellpose model in memory: checked files, networks, size model.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "base/json.h"
#include "base/result.h"
#include "cellpose/segment.h"
#include "cellpose/size_model.h"
#include "nn/cpnet.h"
#include "nn/network.h"
#include "records/model_entry.h"
#include "runners/model_runner.h"

namespace intelliclinix::runners {

/// Roles of files in the catalogue, of models that are checkpoints; those that are ONNX files have those of onnx_file.
/// Weights are a must; without a size model diameters are not estimated; without the
/// self-test's files there is no self-test.
namespace cellpose_file {
inline constexpr char kWeights[] = "weights";                  ///< a PyTorch state dict
inline constexpr char kDiameters[] = "diameters";              ///< JSON, for weights that do not tell: WriteDiameters
inline constexpr char kSizeModel[] = "size_model";             ///< as cellpose::ReadSizeModel takes
inline constexpr char kSelfTestInput[] = "self_test_input";    ///< `.npy`, [2, h, w]
inline constexpr char kSelfTestOutput[] = "self_test_output";  ///< `.npy`, [3, h, w]
inline constexpr char kSelfTestStyle[] = "self_test_style";    ///< `.npy`, [256]
}  // namespace cellpose_file

/// The text of a file in the role kDiameters: images are scaled so that cells have `diam_mean` px.
std::string WriteDiameters(double diam_mean);

/// Threads: any.
class CellposeModel {
 public:
  /// Reads the files and runs the self-test. `engine`: what computes its networks.
  /// Errors: kInvalidArgument naming the file that is not what the catalogue says or cannot be read, or telling how far
  /// the self-test is off; kInternal when the network does not run on this machine.
  static Result<std::unique_ptr<CellposeModel>> Load(const records::ModelEntry& entry, const nn::EngineOptions& engine);

  const ModelReport& report() const { return report_; }
  const nn::CpnetDiameters& diameters() const { return diameters_; }

  /// The model with a network of that precision; the bfloat16 one is made when it is first asked for.
  /// Errors: as Load, and kInvalidArgument where the CPU has no bfloat16.
  Result<cellpose::Model> WithPrecision(nn::Precision precision);

 private:
  CellposeModel(records::ModelEntry entry, const nn::EngineOptions& engine)
      : entry_(std::move(entry)), engine_(engine) {}

  nn::EngineOptions EngineFor(nn::Precision precision) const;
  bool IsOnnx() const { return entry_.files.contains("description"); }

  Status LoadNetwork();
  Status LoadCheckpoint();
  Status LoadOnnx();
  Status ReadDiameters(const nn::StateDict& weights);
  Status LoadSizeModel();
  Status RunSelfTest();

  const records::ModelEntry entry_;
  const nn::EngineOptions engine_;
  nn::CpnetDiameters diameters_;
  std::optional<cellpose::SizeModel> size_model_;
  ModelReport report_;
  std::unique_ptr<nn::Network> float32_;
  std::mutex mutex_;
  std::unique_ptr<nn::Network> bfloat16_;  // guarded by mutex_
};

}  // namespace intelliclinix::runners
