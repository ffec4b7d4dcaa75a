#include "cellpose/segment.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "cellpose/diameter.h"
#include "cellpose/masks.h"
#include "cellpose/network_pass.h"
#include "cellpose/normalize.h"
#include "cellpose/planes.h"
#include "cellpose/stage_clock.h"
#include "cellpose/tiles.h"
#include "image/regions.h"

namespace intelliclinix::cellpose {
namespace {

constexpr double kMostPixels = 400e6;           // that the network is asked to see; what decoders allow by default
constexpr std::size_t kMostSourcePixels = 1e9;  // twice a pixel's index is an int in the dynamics

/// Enlarging an image further shows the network no more, reducing it further leaves little of the cells' surroundings.
constexpr double kMostEnlarged = 3;
constexpr double kMostReduced = 10;
/// The size of fewer objects says little.
constexpr std::uint32_t kFewObjects = 10;

/// Tiles of all passes. The size model makes three; until the size of a later one is known it counts as large as the
/// one before it.
class Progress {
 public:
  Progress(const SegmentContext& context, int passes) : context_(context), passes_left_(passes) {}

  void BeginPass(int tiles) {
    total_ = done_ + tiles * passes_left_;
    --passes_left_;
  }
  void EndTile() {
    ++done_;
    if (context_.progress) context_.progress(done_, total_);
  }

 private:
  const SegmentContext& context_;
  int passes_left_;
  int done_ = 0;
  int total_ = 0;
};

/// One segmentation, stage by stage.
class Job {
 public:
  Job(const Model& model, const image::Image& source, const Options& options, const SegmentContext& context)
      : model_(model),
        source_(source),
        options_(options),
        context_(context),
        progress_(context, EstimatesDiameter() ? 3 : 1) {}

  Result<Segmentation> Run() {
    planes_ = TakePlanes(source_, options_.channels);
    WarnOfContent();
    IC_RETURN_IF_ERROR(NormalizePlanes(planes_, options_.normalize, context_.pool, context_.stop));
    clock_.End("normalize");
    IC_ASSIGN_OR_RETURN(result_.diameter, ChooseDiameter());
    IC_RETURN_IF_ERROR(SegmentAtDiameter());
    result_.objects = image::MaxLabel(result_.labels);
    if (result_.objects == 0) {
      result_.warnings.emplace_back(
          "No cells were found. Check diameter and channels, or lower cellprob_threshold or raise flow_threshold.");
    }
    WarnOfDiameter();
    result_.timings = clock_.times();
    return std::move(result_);
  }

 private:
  bool EstimatesDiameter() const { return options_.diameter == 0 && model_.size_model != nullptr; }

  void WarnOfContent() {
    const auto [least, most] = std::ranges::minmax_element(planes_.segment.values);
    if (*least == *most) result_.warnings.emplace_back("All pixels of the channel to segment have the same value.");
  }

  /// What the network sees is scaled to the diameter that it was trained at, which has its limits.
  void WarnOfDiameter() {
    const double trained = model_.diameters.diam_mean;
    const std::string used = std::to_string(std::lround(result_.diameter)) + " px";
    if (result_.diameter < trained / kMostEnlarged || result_.diameter > trained * kMostReduced) {
      result_.warnings.push_back("A diameter of " + used + " is far from the " + std::to_string(std::lround(trained)) +
                                 " px that the model was trained at; masks may be poor.");
    }
    if (result_.objects < kFewObjects) return;
    const double found = MedianDiameter(result_.labels);
    if (found < result_.diameter / 2 || found > result_.diameter * 2) {
      result_.warnings.push_back("The cells that were found have a diameter of " + std::to_string(std::lround(found)) +
                                 " px, while " + used + " was used. Run again with the diameter of your cells.");
    }
  }

  Result<double> ChooseDiameter() {
    if (options_.diameter > 0) return options_.diameter;
    if (model_.size_model == nullptr) {
      result_.warnings.emplace_back(
          "The model cannot estimate a diameter: that of its training images is used. Give the diameter of your "
          "cells.");
      IC_RETURN_IF_ERROR(Announce(PassKind::kMasks, model_.diameters.diam_labels));
      return model_.diameters.diam_labels;
    }
    IC_ASSIGN_OR_RETURN(const double diameter, EstimateDiameter());
    clock_.End("size_model");
    return diameter;
  }

  /// Two passes: from the style at the training images' scale, then from the masks at that diameter. What the user
  /// chose for the masks has no part in it.
  Result<double> EstimateDiameter() {
    StageClock unused;
    const Options plain{
        .channels = options_.channels, .normalize = options_.normalize, .resample = false, .interp = false};
    IC_RETURN_IF_ERROR(Announce(PassKind::kStyle, model_.diameters.diam_labels));
    IC_ASSIGN_OR_RETURN(const std::vector<float> style,
                        Pass(MeasureStyle, plain, model_.diameters.diam_labels, unused));
    const double guess = DiameterOfStyle(*model_.size_model, style);
    IC_RETURN_IF_ERROR(Announce(PassKind::kEstimate, guess));
    IC_ASSIGN_OR_RETURN(NetworkOutput second, Pass(RunNetwork, plain, guess, unused));
    IC_ASSIGN_OR_RETURN(const Masks masks,
                        ComputeMasks(std::move(second), Target(guess), plain,
                                     {context_.pool, context_.stop, unused, /*keep_output=*/false, /*measure=*/false}));
    const double found = MedianDiameter(masks.labels);
    const double diameter = found > 0 ? found : static_cast<double>(model_.diameters.diam_mean);
    IC_RETURN_IF_ERROR(Announce(PassKind::kMasks, diameter));
    return diameter;
  }

  Status Announce(PassKind kind, double diameter) const {
    return context_.on_pass ? context_.on_pass(kind, diameter) : Status();
  }

  Status SegmentAtDiameter() {
    IC_ASSIGN_OR_RETURN(NetworkOutput output, Pass(RunNetwork, options_, result_.diameter, clock_));
    planes_ = {};
    IC_ASSIGN_OR_RETURN(Masks masks, ComputeMasks(std::move(output), Target(result_.diameter), options_,
                                                  {context_.pool, context_.stop, clock_, context_.keep_output}));
    result_.labels = std::move(masks.labels);
    result_.cell_probability = std::move(masks.cell_probability);
    result_.flow_error = std::move(masks.flow_error);
    result_.output = std::move(masks.output);
    return {};
  }

  MaskTarget Target(double diameter) const {
    return {.height = source_.height, .width = source_.width, .rescale = model_.diameters.diam_mean / diameter};
  }

  /// What `run` (RunNetwork or MeasureStyle) gives of the image scaled for cells of `diameter`.
  template <typename Output>
  Result<Output> Pass(Result<Output> (&run)(const nn::Network&, const Planes&, const Options&, const PassContext&),
                      const Options& options, double diameter, StageClock& clock) {
    const double rescale = model_.diameters.diam_mean / diameter;
    const double height = std::max(1.0, source_.height * rescale);
    const double width = std::max(1.0, source_.width * rescale);
    if (height * width > kMostPixels) {
      return Fail(ErrorCode::kInvalidArgument,
                  "The diameter is too small for an image of this size. Give a larger one.", "diameter");
    }
    Planes scaled;
    const bool same = rescale == 1;
    if (!same) scaled = ResizePlanes(planes_, static_cast<int>(height), static_cast<int>(width));
    const Planes& seen = same ? planes_ : scaled;
    clock.End("resize");
    progress_.BeginPass(CutTiles(seen.height(), seen.width(), options).count());
    Result<Output> output =
        run(model_.network, seen, options,
            {.pool = context_.pool, .stop = context_.stop, .on_tile = [this] { progress_.EndTile(); }});
    clock.End("network");
    return output;
  }

  const Model& model_;
  const image::Image& source_;
  const Options& options_;
  const SegmentContext& context_;
  Progress progress_;
  StageClock clock_;
  Planes planes_;
  Segmentation result_;
};

}  // namespace

Result<Segmentation> Segment(const Model& model, const image::Image& source, const Options& options,
                             const SegmentContext& context) {
  IC_RETURN_IF_ERROR(CheckOptions(options, source.channels));
  if (source.pixel_count() == 0) return Fail(ErrorCode::kInvalidArgument, "The image has no pixels.");
  if (source.pixel_count() > kMostSourcePixels) return Fail(ErrorCode::kTooLarge, "The image is too large. Cut it.");
  return Job(model, source, options, context).Run();
}

}  // namespace intelliclinix::cellpose
