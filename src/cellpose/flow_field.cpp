#include "cellpose/flow_field.h"

namespace intelliclinix::cellpose {
namespace {

constexpr float kFlowScale = 5;

}  // namespace

CellPixels FindCellPixels(const image::Plane& cellprob, double threshold) {
  std::size_t count = 0;
  for (const float value : cellprob.values) count += static_cast<std::size_t>(value > threshold);
  CellPixels cells;
  cells.pixels.reserve(count);
  cells.positions.reserve(2 * count);
  for (int y = 0; y < cellprob.height; ++y) {
    const float* row = cellprob.row(y);
    for (int x = 0; x < cellprob.width; ++x) {
      if (!(row[x] > threshold)) continue;
      cells.pixels.push_back(static_cast<std::uint32_t>(y) * static_cast<std::uint32_t>(cellprob.width) +
                             static_cast<std::uint32_t>(x));
      cells.positions.push_back(static_cast<float>(y));
      cells.positions.push_back(static_cast<float>(x));
    }
  }
  return cells;
}

FlowField MakeFlowField(const image::Plane& flow_y, const image::Plane& flow_x, const CellPixels& cells) {
  FlowField field{.height = flow_y.height, .width = flow_y.width, .steps = {}};
  field.steps.assign(2 * field.pixel_count(), 0.0F);
  for (const std::size_t pixel : cells.pixels) {
    field.steps[2 * pixel] = flow_y.values[pixel] / kFlowScale;
    field.steps[2 * pixel + 1] = flow_x.values[pixel] / kFlowScale;
  }
  return field;
}

}  // namespace intelliclinix::cellpose
