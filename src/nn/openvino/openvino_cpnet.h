// CPnet on OpenVINO's CPU plugin.
#pragma once

#include <memory>
#include <mutex>

#include <openvino/runtime/core.hpp>

#include "nn/cpnet.h"
#include "nn/network.h"
#include "nn/openvino/request_pool.h"

namespace intelliclinix::nn {

/// Two compiled models with shared weights, each made when it is first needed (0.2 s): one for tiles of 224 x 224,
/// which nearly all are, and one for every other size. OpenVINO's code for a size that it knows at compile time is 2 %
/// (float32) to 4 % (bfloat16) faster; a size that is new to the other model costs it about 20 ms.
/// Threads: any. Each call runs on the caller's thread; `options.threads` of them at once, others wait.
class OpenvinoCpnet final : public Network {
 public:
  /// Throws: what OpenVINO throws.
  OpenvinoCpnet(const Cpnet& net, const EngineOptions& options);

  Status Forward(TensorView input, std::span<const MutableTensorView> outputs, Crew crew) const override;
  NetworkDescription Describe() const override;

 private:
  /// Compiled when it is first needed.
  struct Variant {
    std::mutex mutex;
    std::unique_ptr<RequestPool> pool;
  };

  RequestPool& PoolFor(std::int64_t height, std::int64_t width) const;
  std::unique_ptr<RequestPool> Compile(std::int64_t height, std::int64_t width) const;

  EngineOptions options_;
  mutable ov::Core core_;
  std::shared_ptr<ov::Model> graph_;  // of any size; holds the weights
  std::string device_;
  mutable Variant tile_;
  mutable Variant any_size_;
};

}  // namespace intelliclinix::nn
