// The flows as the dynamics and the quality control use them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/image.h"

namespace intelliclinix::cellpose {

/// A step (dy, dx) for each pixel, interleaved, so that both come with one memory access. Units: px a step.
struct FlowField {
  int height = 0;
  int width = 0;
  std::vector<float> steps;  ///< [y, x, 2]; 0 outside the cells

  std::size_t pixel_count() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width); }
};

/// The pixels of all cells, and where each is after some steps.
struct CellPixels {
  std::vector<std::uint32_t> pixels;  ///< y * width + x, ascending
  std::vector<float> positions;       ///< [pixel, 2]: y, x. Units: px
};

/// The pixels whose cell probability is above `threshold`, each at its own place.
CellPixels FindCellPixels(const image::Plane& cellprob, double threshold);

/// Flows of the network, which trains on five times the unit vectors, as steps; 0 outside `cells`.
FlowField MakeFlowField(const image::Plane& flow_y, const image::Plane& flow_x, const CellPixels& cells);

}  // namespace intelliclinix::cellpose
