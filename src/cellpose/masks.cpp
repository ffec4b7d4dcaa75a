#include "cellpose/masks.h"

#include <utility>

#include "cellpose/cell_logits.h"
#include "cellpose/dynamics.h"
#include "cellpose/fill_holes.h"
#include "cellpose/flow_field.h"
#include "cellpose/labels.h"
#include "cellpose/quality.h"
#include "image/resize.h"

namespace intelliclinix::cellpose {
namespace {

constexpr int kSteps = 200;  // enough for cells of the diameter that the network is trained at

int StepsFor(const MaskTarget& target, const Options& options) {
  if (options.niter > 0) return options.niter;
  return options.resample ? static_cast<int>(1 / target.rescale * kSteps) : kSteps;
}

void Resize(const MaskTarget& target, image::Plane& plane) {
  if (plane.height == target.height && plane.width == target.width) return;
  plane = image::ResizeBilinear(plane, target.height, target.width);
}

/// What the masks are made of.
struct Material {
  CellPixels cells;
  CellLogits logits;
  FlowField field;
};

/// Each plane is let go as soon as it is read, unless it is to be kept.
Material TakeFlows(NetworkOutput& output, const MaskTarget& target, const Options& options,
                   const MaskContext& context) {
  const bool keep = context.keep_output;
  Material material;
  if (options.resample) Resize(target, output.cellprob);
  material.cells = FindCellPixels(output.cellprob, options.cellprob_threshold);
  if (context.measure) material.logits = RoundLogits(output.cellprob);
  if (!keep) output.cellprob = {};
  if (options.resample) {
    Resize(target, output.flow_y);
    Resize(target, output.flow_x);
  }
  material.field = MakeFlowField(output.flow_y, output.flow_x, material.cells);
  if (!keep) output = {};
  return material;
}

}  // namespace

Result<Masks> ComputeMasks(NetworkOutput output, const MaskTarget& target, const Options& options,
                           const MaskContext& context) {
  auto [cells, logits, field] = TakeFlows(output, target, options, context);
  context.clock.End("resize");
  const DynamicsOptions dynamics{.steps = StepsFor(target, options), .interpolate = options.interp};
  IC_RETURN_IF_ERROR(FollowFlows(field, dynamics, cells, context.pool, context.stop));
  context.clock.End("dynamics");
  Masks masks;
  image::LabelImage& labels = masks.labels;
  labels = LabelByEnds(cells, field.height, field.width, options.max_size_fraction);
  cells = {};
  if (options.flow_threshold > 0) {
    IC_ASSIGN_OR_RETURN(masks.flow_error,
                        DropBadFlows(field, options.flow_threshold, labels, context.pool, context.stop));
  }
  field = {};
  // Sizes are those in the image; what loses all of its pixels on the way there is dropped too.
  if (labels.height != target.height || labels.width != target.width) {
    labels = image::ResizeNearest(labels, target.height, target.width);
  }
  DropSmall(options.min_size, labels, masks.flow_error);
  FillHoles(labels);
  DropSmall(options.min_size, labels, masks.flow_error);
  if (options.exclude_on_edges) DropOnEdges(labels, masks.flow_error);
  if (context.measure) masks.cell_probability = MeanProbabilities(labels, logits);
  masks.output = std::move(output);
  context.clock.End("masks");
  return masks;
}

}  // namespace intelliclinix::cellpose
