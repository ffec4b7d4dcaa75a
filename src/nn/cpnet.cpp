#include "nn/cpnet.h"

#include <cmath>
#include <string>

namespace intelliclinix::nn {
namespace {

using Shape = std::vector<std::int64_t>;

std::unexpected<Error> NotCpnet(const std::string& name, const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "This is not a Cellpose 1-3 network: tensor '" + name + "' " + what + ".");
}

std::string ShapeText(const Shape& shape) {
  std::string text = "[";
  for (std::int64_t side : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(side);
  return text + "]";
}

/// Takes tensors out of a state dict by name and shape.
class Finder {
 public:
  explicit Finder(const StateDict& state) : state_(state) {}

  Status Find(const std::string& name, const Shape& shape, const Tensor*& tensor) const {
    const auto found = state_.find(name);
    if (found == state_.end()) return NotCpnet(name, "is missing");
    if (found->second.shape != shape) {
      return NotCpnet(name, "has shape " + ShapeText(found->second.shape) + " instead of " + ShapeText(shape));
    }
    tensor = &found->second;
    return {};
  }

  // `norm` and `conv` are the names of the two parts, `weight` the convolution's shape.
  Status FindLayer(const std::string& norm, const std::string& conv, const Shape& weight, CpnetLayer& layer) const {
    IC_RETURN_IF_ERROR(FoldNorm(norm, weight[1], layer));
    IC_RETURN_IF_ERROR(Find(conv + ".weight", weight, layer.weight));
    return Find(conv + ".bias", {weight[0]}, layer.bias);
  }

 private:
  Status FoldNorm(const std::string& norm, std::int64_t channels, CpnetLayer& layer) const {
    const Tensor *gain = nullptr, *offset = nullptr, *mean = nullptr, *variance = nullptr;
    IC_RETURN_IF_ERROR(Find(norm + ".weight", {channels}, gain));
    IC_RETURN_IF_ERROR(Find(norm + ".bias", {channels}, offset));
    IC_RETURN_IF_ERROR(Find(norm + ".running_mean", {channels}, mean));
    IC_RETURN_IF_ERROR(Find(norm + ".running_var", {channels}, variance));
    constexpr double kEpsilon = 1e-5;
    for (std::size_t i = 0; i < static_cast<std::size_t>(channels); ++i) {
      const double scale = gain->values[i] / std::sqrt(variance->values[i] + kEpsilon);
      const double shift = offset->values[i] - mean->values[i] * scale;
      layer.scale.push_back(static_cast<float>(scale));
      layer.shift.push_back(static_cast<float>(shift));
      const bool usable = variance->values[i] >= 0 && std::isfinite(layer.scale[i]) && std::isfinite(layer.shift[i]);
      if (!usable) return NotCpnet(norm + ".running_var", "gives a normalisation that is not finite");
    }
    return {};
  }

  const StateDict& state_;
};

Status FindDown(const Finder& finder, std::size_t level, CpnetDown& down) {
  const std::int64_t out = kCpnetChannels[level];
  const std::int64_t in = level == 0 ? kCpnetPlanes : kCpnetChannels[level - 1];
  const std::string base = "downsample.down.res_down_" + std::to_string(level);
  for (std::size_t i = 0; i < down.conv.size(); ++i) {
    const std::string conv = base + ".conv.conv_" + std::to_string(i);
    IC_RETURN_IF_ERROR(finder.FindLayer(conv + ".0", conv + ".2", {out, i == 0 ? in : out, 3, 3}, down.conv[i]));
  }
  return finder.FindLayer(base + ".proj.0", base + ".proj.1", {out, in, 1, 1}, down.proj);
}

Status FindUp(const Finder& finder, std::size_t level, CpnetUp& up) {
  const std::int64_t out = kCpnetChannels[level];
  const std::int64_t in = kCpnetChannels[std::min(level + 1, kCpnetChannels.size() - 1)];
  const std::string base = "upsample.up.res_up_" + std::to_string(level);
  const std::string first = base + ".conv.conv_0";
  IC_RETURN_IF_ERROR(finder.FindLayer(first + ".0", first + ".2", {out, in, 3, 3}, up.conv[0]));
  for (std::size_t i = 1; i < up.conv.size(); ++i) {
    const std::string block = base + ".conv.conv_" + std::to_string(i);
    IC_RETURN_IF_ERROR(finder.FindLayer(block + ".conv.0", block + ".conv.2", {out, out, 3, 3}, up.conv[i]));
    IC_RETURN_IF_ERROR(finder.Find(block + ".full.weight", {out, kCpnetStyle}, up.full[i - 1].weight));
    IC_RETURN_IF_ERROR(finder.Find(block + ".full.bias", {out}, up.full[i - 1].bias));
  }
  return finder.FindLayer(base + ".proj.0", base + ".proj.1", {out, in, 1, 1}, up.proj);
}

Result<float> FindDiameter(const StateDict& state, const std::string& name) {
  const auto found = state.find(name);
  if (found == state.end() || found->second.values.size() != 1) return NotCpnet(name, "is missing");
  const float diameter = found->second.values.front();
  if (!(diameter > 0) || !std::isfinite(diameter)) return NotCpnet(name, "is not a positive number");
  return diameter;
}

}  // namespace

Result<Cpnet> FindCpnet(const StateDict& state) {
  const Finder finder(state);
  Cpnet net;
  for (std::size_t level = 0; level < net.down.size(); ++level) {
    IC_RETURN_IF_ERROR(FindDown(finder, level, net.down[level]));
  }
  for (std::size_t level = 0; level < net.up.size(); ++level) {
    IC_RETURN_IF_ERROR(FindUp(finder, level, net.up[level]));
  }
  IC_RETURN_IF_ERROR(finder.FindLayer("output.0", "output.2", {kCpnetOutputs, kCpnetChannels[0], 1, 1}, net.output));
  return net;
}

Result<CpnetDiameters> ReadDiameters(const StateDict& state) {
  CpnetDiameters diameters;
  IC_ASSIGN_OR_RETURN(diameters.diam_mean, FindDiameter(state, "diam_mean"));
  IC_ASSIGN_OR_RETURN(diameters.diam_labels, FindDiameter(state, "diam_labels"));
  return diameters;
}

}  // namespace intelliclinix::nn
