#include "cellpose/masks.h"

#include <utility>

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

/// The pixels of all cells, and their flows. Each plane is let go as soon as it is read.
std::pair<CellPixels, FlowField> TakeFlows(NetworkOutput output, const MaskTarget& target, const Options& options) {
  if (options.resample) Resize(target, output.cellprob);
  CellPixels cells = FindCellPixels(output.cellprob, options.cellprob_threshold);
  output.cellprob = {};
  if (options.resample) {
    Resize(target, output.flow_y);
    Resize(target, output.flow_x);
  }
  FlowField field = MakeFlowField(output.flow_y, output.flow_x, cells);
  return {std::move(cells), std::move(field)};
}

}  // namespace

Result<image::LabelImage> ComputeMasks(NetworkOutput output, const MaskTarget& target, const Options& options,
                                       const MaskContext& context) {
  auto [cells, field] = TakeFlows(std::move(output), target, options);
  context.clock.End("resize");
  const DynamicsOptions dynamics{.steps = StepsFor(target, options), .interpolate = options.interp};
  IC_RETURN_IF_ERROR(FollowFlows(field, dynamics, cells, context.pool, context.stop));
  context.clock.End("dynamics");
  image::LabelImage labels = LabelByEnds(cells, field.height, field.width, options.max_size_fraction);
  cells = {};
  if (options.flow_threshold > 0) {
    IC_RETURN_IF_ERROR(DropBadFlows(field, options.flow_threshold, labels, context.pool, context.stop));
  }
  field = {};
  DropSmall(options.min_size, labels);
  FillHoles(labels);
  DropSmall(options.min_size, labels);
  if (labels.height != target.height || labels.width != target.width) {
    labels = image::ResizeNearest(labels, target.height, target.width);
  }
  if (options.exclude_on_edges) DropOnEdges(labels);
  context.clock.End("masks");
  return labels;
}

}  // namespace intelliclinix::cellpose
