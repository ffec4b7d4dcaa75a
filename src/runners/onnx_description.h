// What people say of an ONNX network, as a TOML file: what it takes and what its output means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "nn/cpnet.h"
#include "unet/options.h"

namespace intelliclinix::runners {

/// What the output of a network is.
enum class Interpretation {
  kSemanticWatershed,  ///< classes of pixels: background, interior, and others
  kCellposeFlows,      ///< flow y, flow x and cell probability, as Cellpose's network gives them
};

/// docs/models.md has the format for people.
struct OnnxDescription {
  std::string name;         ///< of the model, for people; may be empty
  std::string description;  ///< may be empty
  std::string license;      ///< its short name; may be empty
  std::string source;       ///< where the weights come from; may be empty
  Interpretation interpretation = Interpretation::kSemanticWatershed;
  unet::Reading reading;           ///< of kSemanticWatershed; channels, multiple, tile and overlap of both
  nn::CpnetDiameters diameters{};  ///< of kCellposeFlows
  std::string test_input;          ///< name of a `.npy` file beside the description; empty: there is no test
  std::string test_output;         ///< likewise; both or none
  double test_tolerance = 1e-3;    ///< by which the output may be off
};

/// Errors: kInvalidArgument with field "description" naming the line, and the key that is unknown, missing, of another
/// type or out of range.
Result<OnnxDescription> ParseOnnxDescription(std::span<const std::byte> text);

/// Whether the network is as the description says. `input` and `output`: sides, -1 where they are open.
/// Errors: kInvalidArgument with field "description" telling what does not fit.
Status CheckSignature(const OnnxDescription& description, const std::vector<std::int64_t>& input,
                      const std::vector<std::int64_t>& output);

}  // namespace intelliclinix::runners
