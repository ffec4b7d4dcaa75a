#include "cellpose/size_model.h"

#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "nn/cpnet.h"
#include "nn/npy.h"

namespace intelliclinix::cellpose {
namespace {

using Arrays = std::map<std::string, nn::Tensor>;

Result<std::vector<float>> FindArray(Arrays& arrays, const std::string& name, std::size_t count) {
  const auto found = arrays.find(name);
  if (found == arrays.end()) {
    return Fail(ErrorCode::kInvalidArgument, "The size model has no array '" + name + "'.", name);
  }
  std::vector<float>& values = found->second.values;
  if (values.size() != count) {
    return Fail(ErrorCode::kInvalidArgument,
                "The size model's array '" + name + "' has " + std::to_string(values.size()) + " values, not " +
                    std::to_string(count) + ".",
                name);
  }
  for (const float value : values) {
    if (!std::isfinite(value)) {
      return Fail(ErrorCode::kInvalidArgument, "The size model's array '" + name + "' is not finite.", name);
    }
  }
  return std::move(values);
}

}  // namespace

Result<SizeModel> ReadSizeModel(ByteSource& file) {
  IC_ASSIGN_OR_RETURN(Arrays arrays, nn::ReadNpyDict(file));
  SizeModel model;
  IC_ASSIGN_OR_RETURN(model.coefficients, FindArray(arrays, "A", nn::kCpnetStyle));
  IC_ASSIGN_OR_RETURN(model.style_mean, FindArray(arrays, "smean", nn::kCpnetStyle));
  IC_ASSIGN_OR_RETURN(const std::vector<float> diam_mean, FindArray(arrays, "diam_mean", 1));
  IC_ASSIGN_OR_RETURN(const std::vector<float> log_offset, FindArray(arrays, "ymean", 1));
  if (!(diam_mean[0] > 0)) {
    return Fail(ErrorCode::kInvalidArgument, "The size model's diam_mean is not a positive number.", "diam_mean");
  }
  model.diam_mean = diam_mean[0];
  model.log_offset = log_offset[0];
  return model;
}

}  // namespace intelliclinix::cellpose
