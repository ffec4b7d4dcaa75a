// A model tried on a part of an image; nothing is kept.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "runners/model_runner.h"
#include "runners/source_image.h"

namespace intelliclinix::runners {

struct RegionResult {
  std::uint32_t objects = 0;
  double diameter = 0;  ///< px; the diameter that was used
  std::vector<std::string> warnings;
  /// Of the pixels row by row: a label, how many pixels in a row have it, the next label, and so on.
  std::vector<std::uint32_t> label_runs;
};

/// Runs `run` on its region, which must be set, with the labels as its only output. Of a stack of which each plane
/// would be run, it is the plane in the middle. Errors: as RunSourceImage; kInvalidArgument for a region that is not in
/// the image; kInternal for a runner that gives no labels.
Result<RegionResult> RunRegion(ModelRunner& runner, const SourceRun& run, const SourceLimits& limits,
                               const RunContext& context);

}  // namespace intelliclinix::runners
