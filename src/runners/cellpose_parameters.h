// The parameters of Cellpose: the reference's names and defaults, told once.
#pragma once

#include "base/json.h"
#include "cellpose/options.h"
#include "nn/network.h"
#include "records/dataset.h"
#include "runners/parameter_table.h"

namespace intelliclinix::runners {

ParameterTable CellposeParameters();

/// Parameters as the method takes them.
struct CellposeSettings {
  cellpose::Options options;
  nn::Precision precision = nn::Precision::kFloat32;
};

/// `resolved` is what CellposeParameters().Resolve gave; channels by name and diameters in µm are `image`'s.
/// Errors: kInvalidArgument with the field for a name that is not one channel's, and for a diameter in µm of an image
/// that does not tell the size of a pixel or beside one in px.
Result<CellposeSettings> ParseCellposeSettings(const Json& resolved, const records::ImageFacts& image);

}  // namespace intelliclinix::runners
