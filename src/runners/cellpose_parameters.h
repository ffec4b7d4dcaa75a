// The parameters of Cellpose: the reference's names and defaults, told once.
#pragma once

#include "base/json.h"
#include "cellpose/options.h"
#include "nn/network.h"
#include "runners/parameter_table.h"

namespace intelliclinix::runners {

ParameterTable CellposeParameters();

/// Parameters as the method takes them.
struct CellposeSettings {
  cellpose::Options options;
  nn::Precision precision = nn::Precision::kFloat32;
};

/// `resolved` is what CellposeParameters().Resolve gave.
CellposeSettings ParseCellposeSettings(const Json& resolved);

}  // namespace intelliclinix::runners
