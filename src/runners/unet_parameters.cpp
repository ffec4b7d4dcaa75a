#include "runners/unet_parameters.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "runners/artifacts/outputs.h"
#include "runners/plane_choice.h"

namespace intelliclinix::runners {
namespace {

std::vector<Parameter> Own() {
  return {
      {.name = "channel",
       .type = ParameterType::kInteger,
       .default_value = 0,
       .description = "The channel that shows the cells, from 1 on; 0 is the mean of all. Models of colour take all",
       .minimum = 0,
       .maximum = 64},
      {.name = "interior_threshold",
       .default_value = 0.6,
       .description = "Probability above which a pixel is the inside of a cell; higher parts cells that touch",
       .minimum = 0,
       .maximum = 1},
      {.name = "foreground_threshold",
       .default_value = 0.5,
       .description = "Probability above which a pixel belongs to a cell; lower gives larger masks",
       .minimum = 0,
       .maximum = 1},
      {.name = "watershed",
       .type = ParameterType::kBoolean,
       .default_value = true,
       .description = "Cells grow from their insides until they meet; false makes one mask of those that touch"},
      {.name = "min_size",
       .type = ParameterType::kInteger,
       .default_value = 15,
       .description = "Smaller masks are dropped; -1 drops none",
       .unit = "px",
       .minimum = -1,
       .maximum = 100'000'000},
      {.name = "percentile",
       .type = ParameterType::kRange,
       .default_value = nullptr,
       .description = "Percentiles of brightness that become 0 and 1; null takes those of the model",
       .unit = "%",
       .minimum = 0,
       .maximum = 100},
      {.name = "invert",
       .type = ParameterType::kBoolean,
       .default_value = false,
       .description = "Dark cells on bright ground, for a model that knows bright ones only"},
      {.name = "exclude_on_edges",
       .type = ParameterType::kBoolean,
       .default_value = false,
       .description = "Drop masks that touch the image's border"},
      {.name = "precision",
       .type = ParameterType::kString,
       .default_value = "f32",
       .description = "Arithmetic of the network: f32, or bf16, which is faster on CPUs that have it",
       .choices = {"f32", "bf16"}},
      OutputsParameter(false),
  };
}

}  // namespace

ParameterTable UnetParameters() {
  std::vector<Parameter> parameters = Own();
  std::ranges::move(PlaneParameters(), std::back_inserter(parameters));
  return ParameterTable(std::move(parameters));
}

UnetSettings ParseUnetSettings(const Json& resolved) {
  UnetSettings settings{
      .options = {.channel = resolved["channel"].get<int>(),
                  .invert = resolved["invert"].get<bool>(),
                  .interior_threshold = resolved["interior_threshold"].get<double>(),
                  .foreground_threshold = resolved["foreground_threshold"].get<double>(),
                  .watershed = resolved["watershed"].get<bool>(),
                  .min_size = resolved["min_size"].get<int>(),
                  .exclude_on_edges = resolved["exclude_on_edges"].get<bool>()},
      .precision = resolved["precision"] == "bf16" ? nn::Precision::kBfloat16 : nn::Precision::kFloat32};
  const Json& percentile = resolved["percentile"];
  if (!percentile.is_null()) settings.options.percentile = {percentile[0].get<double>(), percentile[1].get<double>()};
  return settings;
}

}  // namespace intelliclinix::runners
