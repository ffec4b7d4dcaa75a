// CPnet on our own kernels.
#pragma once

#include "nn/cpnet.h"
#include "nn/cpnet/kernels.h"
#include "nn/cpnet/packed_cpnet.h"
#include "nn/cpnet/scratches.h"
#include "nn/cpnet/workspace.h"
#include "nn/cpnet/workspaces.h"
#include "nn/network.h"

namespace intelliclinix::nn::cpnet {

/// One tile on one core, in float32: Winograd convolutions with everything elementwise in their epilogues, no
/// allocation once a size has been seen.
/// Threads: any number at once; each call works on the caller's thread with a workspace of its own.
/// Source: Stringer et al. 2021 (network); Lavin and Gray 2016 (convolutions).
class NativeCpnet final : public Network {
 public:
  /// Copies the weights, with `pool`'s threads if there is one. `threads`: passes that will run at the same time, and
  /// so the workspaces that are kept. Throws: std::bad_alloc.
  NativeCpnet(const Cpnet& net, const Kernels& kernels, int threads = 1, ComputePool* pool = nullptr);

  Status Forward(TensorView input, std::span<const MutableTensorView> outputs, Crew crew) const override;
  NetworkDescription Describe() const override;

 private:
  class Pass;

  const Kernels& kernels_;
  const PackedCpnet weights_;
  mutable Workspaces<Workspace> workspaces_;
  mutable Scratches scratches_;
};

}  // namespace intelliclinix::nn::cpnet
