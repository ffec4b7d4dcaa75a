// CPnet in bfloat16 on our own kernels.
#pragma once

#include "nn/cpnet/matrix_kernels.h"
#include "nn/cpnet/matrix_weights.h"
#include "nn/cpnet/matrix_workspace.h"
#include "nn/cpnet/scratches.h"
#include "nn/cpnet/workspaces.h"
#include "nn/network.h"

namespace intelliclinix::nn::cpnet {

/// One tile on one core: direct convolutions as products of matrices, summed in float32, everything elementwise in
/// their epilogues, projections as further steps of the same sums, upsampling folded into the weights. What lies
/// between layers is rounded to bfloat16. Threads: any number at once; each call works on the caller's thread with a
/// workspace of its own. Source: Stringer et al. 2021 (network).
class MatrixNetwork final : public Network {
 public:
  /// Copies the weights, with `pool`'s threads if there is one. `threads`: passes that will run at the same time, and
  /// so the workspaces that are kept. Throws: std::bad_alloc.
  MatrixNetwork(const Cpnet& net, const MatrixKernels& kernels, int threads = 1, ComputePool* pool = nullptr);

  Status Forward(TensorView input, std::span<const MutableTensorView> outputs, Crew crew) const override;
  NetworkDescription Describe() const override;

 private:
  class Pass;

  const MatrixKernels& kernels_;
  const MatrixCpnet weights_;
  mutable Workspaces<MatrixWorkspace> workspaces_;
  mutable Scratches scratches_;
};

}  // namespace intelliclinix::nn::cpnet
