#include "nn/openvino/request_pool.h"

#include <utility>

namespace intelliclinix::nn {

/// A request that is taken, and given back whatever happens.
class RequestPool::Lease {
 public:
  explicit Lease(RequestPool& pool) : pool_(pool) {
    std::unique_lock lock(pool_.mutex_);
    pool_.returned_.wait(lock, [&] { return !pool_.free_.empty(); });
    request_ = std::move(pool_.free_.back());
    pool_.free_.pop_back();
  }
  ~Lease() {
    {
      const std::lock_guard lock(pool_.mutex_);
      pool_.free_.push_back(std::move(request_));
    }
    pool_.returned_.notify_one();
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  ov::InferRequest& operator*() { return request_; }

 private:
  RequestPool& pool_;
  ov::InferRequest request_;
};

RequestPool::RequestPool(ov::CompiledModel model, int requests) : model_(std::move(model)) {
  for (int i = 0; i < requests; ++i) free_.push_back(model_.create_infer_request());
}

void RequestPool::Infer(const ov::Tensor& input, const std::vector<ov::Tensor>& outputs) {
  Lease request(*this);
  (*request).set_input_tensor(input);
  for (std::size_t i = 0; i < outputs.size(); ++i) (*request).set_output_tensor(i, outputs[i]);
  (*request).infer();
}

}  // namespace intelliclinix::nn
