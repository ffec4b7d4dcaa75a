// The whole method: an image in, a label image out.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/compute_pool.h"
#include "base/result.h"
#include "cellpose/labels.h"
#include "cellpose/network_pass.h"
#include "cellpose/options.h"
#include "cellpose/size_model.h"
#include "image/image.h"
#include "nn/cpnet.h"
#include "nn/network.h"

namespace intelliclinix::cellpose {

/// A loaded model. Borrows: the network and the size model.
struct Model {
  const nn::Network& network;
  nn::CpnetDiameters diameters;
  const SizeModel* size_model = nullptr;  ///< null: the diameter is not estimated
};

/// What is made of a pass of the network over the image.
enum class PassKind {
  kStyle,     ///< its style alone
  kEstimate,  ///< masks without resampling, for their diameter; the planes are kept meanwhile
  kMasks,     ///< the result
};

struct SegmentContext {
  ComputePool& pool;
  std::stop_token stop{};                                           ///< seen before the next tile
  std::function<void(int tiles_done, int tiles_total)> progress{};  ///< may be empty; called from any thread
  bool keep_output = false;  ///< the network's planes become part of the result; 12 bytes a pixel
  /// May be empty. Called before each pass whose diameter was not given; an error ends the run.
  std::function<Status(PassKind kind, double diameter)> on_pass{};
};

/// Time of a stage. Units: ms.
struct StageTime {
  std::string stage;  ///< "normalize", "size_model", "resize", "network", "dynamics", "masks", ...
  double milliseconds = 0;
};

struct Segmentation {
  image::LabelImage labels;  ///< of the source's size; labels 1..objects
  std::uint32_t objects = 0;
  double diameter = 0;                ///< px; given, estimated or the training data's mean
  PerLabel cell_probability;          ///< mean over a cell's pixels, 0 to 1
  PerLabel flow_error;                ///< that which quality control saw; empty without it (flow_threshold 0)
  NetworkOutput output;               ///< at the source's size or, without `resample`, the network's; see keep_output
  std::vector<std::string> warnings;  ///< sentences for a person
  std::vector<StageTime> timings;
};

/// Whether the options fit an image with `channels` channels. Errors: kInvalidArgument with field "channels" and the
/// like: the option's name, as in Options.
Status CheckOptions(const Options& options, int channels);

/// Segments `source`.
/// Threads: any; computes on `context.pool`.
/// Errors: as CheckOptions; kCancelled after `context.stop`; those of `context.on_pass`; kInternal when the network
/// fails.
/// Source: Stringer et al. 2021, Pachitariu & Stringer 2022.
Result<Segmentation> Segment(const Model& model, const image::Image& source, const Options& options,
                             const SegmentContext& context);

}  // namespace intelliclinix::cellpose
