// A compiled OpenVINO model and the inference requests that callers share.
#pragma once

#include <condition_variable>
#include <mutex>
#include <vector>

#include <openvino/runtime/compiled_model.hpp>
#include <openvino/runtime/infer_request.hpp>

namespace intelliclinix::nn {

/// As many inference requests as may run at once; a caller beyond that waits.
/// Threads: any.
class RequestPool {
 public:
  /// Throws: what OpenVINO throws.
  RequestPool(ov::CompiledModel model, int requests);

  /// Runs the model on borrowed memory. Throws: what OpenVINO throws.
  void Infer(const ov::Tensor& input, const std::vector<ov::Tensor>& outputs);

 private:
  class Lease;

  ov::CompiledModel model_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<ov::InferRequest> free_;
};

}  // namespace intelliclinix::nn
