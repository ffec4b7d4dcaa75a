// What models have in common when their files are read and their networks tested.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "nn/tensor.h"
#include "records/model_entry.h"

namespace intelliclinix::runners {

/// Puts the model and the file in `role` in front of what a reader found wrong.
template <typename T>
Result<T> NamedAfter(const records::ModelEntry& entry, const std::string& role, Result<T> parsed) {
  if (parsed) return parsed;
  Error error = std::move(parsed).error();
  error.message = "The model '" + entry.id + "' cannot be used: " + entry.files.at(role).path + ": " + error.message;
  error.field = "files." + role;
  return std::unexpected(std::move(error));
}

/// The `.npy` file in `role`. Errors: as ReadModelFile and nn::ReadNpy.
Result<nn::Tensor> ReadModelArray(const records::ModelEntry& entry, const std::string& role);

/// The shape of a tensor with a batch of one before it; as it is where it has four sides.
std::vector<std::int64_t> BatchOfOne(const nn::Tensor& tensor);

/// Infinite when sizes differ or something is not a number.
double MaxDifference(const std::vector<float>& actual, const std::vector<float>& expected);

/// The failure of a network that is off by `difference`; `role`: of the output that was expected; `engine`: what
/// computed, and on which device.
std::unexpected<Error> SelfTestFailed(const records::ModelEntry& entry, const std::string& role, double difference,
                                      double tolerance, const std::string& engine);

}  // namespace intelliclinix::runners
