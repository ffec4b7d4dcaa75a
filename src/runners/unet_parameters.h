// The parameters of networks that tell classes of pixels, told once.
#pragma once

#include "base/json.h"
#include "nn/network.h"
#include "runners/parameter_table.h"
#include "unet/options.h"

namespace intelliclinix::runners {

ParameterTable UnetParameters();

/// Parameters as the method takes them.
struct UnetSettings {
  unet::Options options;
  nn::Precision precision = nn::Precision::kFloat32;
};

/// `resolved` is what UnetParameters().Resolve gave.
UnetSettings ParseUnetSettings(const Json& resolved);

}  // namespace intelliclinix::runners
