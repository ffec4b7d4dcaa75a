// The weights that ship, loaded once for all tests.
#pragma once

#include "base/compute_pool.h"
#include "cellpose/segment.h"
#include "cellpose/size_model.h"
#include "nn/network.h"

namespace intelliclinix::golden {

/// The nuclei network, its diameters and its size model. In bfloat16 on plain loops where the CPU has none. Throws
/// std::runtime_error when they cannot be read.
class NucleiModel {
 public:
  explicit NucleiModel(nn::Precision precision);

  cellpose::Model with_size_model() const { return {*network_, diameters_, &size_model_}; }
  cellpose::Model without_size_model() const { return {*network_, diameters_, nullptr}; }

 private:
  std::unique_ptr<nn::Network> network_;
  nn::CpnetDiameters diameters_;
  cellpose::SizeModel size_model_;
};

const NucleiModel& Float32Model();

/// Compute threads, as many as this machine has cores.
ComputePool& Pool();

}  // namespace intelliclinix::golden
