// Segments files into files: what `segment` does between its command line and its report.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/input_files.h"
#include "app/installation.h"
#include "base/json.h"
#include "runners/source_image.h"

namespace intelliclinix::app {

/// What all images of a run share.
struct SegmentRun {
  RunnableModel model;
  Json params;      ///< resolved by the runner's table
  std::string out;  ///< the folder for outputs; it is there
  runners::SourceLimits limits;
  std::string axes{};  ///< what a person says that the pages of a file are; empty: the files tell
};

/// An image and the files that were made of it. The bytes of its artifacts are gone.
struct SegmentedImage {
  runners::RunOutput output;
  std::vector<std::string> files;
};

/// Called from several threads, for one image from one at a time. `image`: the index among the inputs.
struct SegmentEvents {
  std::function<void(std::size_t image, int tiles_done, int tiles_total)> progress;
  /// Not called for images that a stop has kept from ending.
  std::function<void(std::size_t image, Result<SegmentedImage> outcome)> done;
};

/// Segments all inputs, two at a time, so that reading and the masks of one overlap the network of the other. Returns
/// when all have ended, or soon after `stop`: before the next tile.
void SegmentAll(const SegmentRun& run, const std::vector<InputFile>& inputs, ComputePool& pool, std::stop_token stop,
                const SegmentEvents& events);

}  // namespace intelliclinix::app
