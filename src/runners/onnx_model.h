// Models that are ONNX files with a description: read, checked, tested.
#pragma once

#include <memory>

#include "base/result.h"
#include "nn/network.h"
#include "records/model_entry.h"
#include "runners/onnx_description.h"

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

}  // namespace intelliclinix::runners
