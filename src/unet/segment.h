// The whole method: an image in, a label image out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "cellpose/labels.h"
#include "cellpose/segment.h"
#include "image/image.h"
#include "unet/network_pass.h"
#include "unet/options.h"

namespace intelliclinix::unet {

struct Segmentation {
  image::LabelImage labels;  ///< of the source's size; labels 1..objects
  std::uint32_t objects = 0;
  double diameter = 0;                  ///< px; median of the objects that were found, 0 without any
  cellpose::PerLabel cell_probability;  ///< mean over an object's pixels of what is seen there, 0 to 1
  std::vector<std::string> warnings;    ///< sentences for a person
  std::vector<cellpose::StageTime> timings;
};

/// Whether the options fit an image with `channels` channels. Errors: kInvalidArgument with the option's name as field.
Status CheckOptions(const Options& options, int channels);

/// Segments `source`.
/// Threads: any; computes on `context.pool`.
/// Errors: as CheckOptions; kInvalidArgument when the model wants colours that the image has not; kCancelled after
/// `context.stop`; those of the network.
/// Source: Caicedo et al. 2019, Evaluation of deep learning strategies for nucleus segmentation (classes background,
/// interior and border).
Result<Segmentation> Segment(const Model& model, const image::Image& source, const Options& options,
                             const PassContext& context);

}  // namespace intelliclinix::unet
