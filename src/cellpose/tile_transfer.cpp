#include "cellpose/tile_transfer.h"

#include <algorithm>
#include <cstddef>

namespace intelliclinix::cellpose {
namespace {

/// A plane [height, width] of a tile, mirrored in place.
void FlipPlane(std::span<float> plane, int width, bool flip_y, bool flip_x) {
  const int height = static_cast<int>(plane.size()) / width;
  if (flip_y) {
    for (int y = 0; y < height / 2; ++y) {
      float* row = plane.data() + static_cast<std::ptrdiff_t>(y) * width;
      std::swap_ranges(row, row + width, plane.data() + static_cast<std::ptrdiff_t>(height - 1 - y) * width);
    }
  }
  if (!flip_x) return;
  for (int y = 0; y < height; ++y) {
    float* row = plane.data() + static_cast<std::ptrdiff_t>(y) * width;
    std::reverse(row, row + width);
  }
}

void CopyPlane(const image::Plane& plane, const TileGrid& grid, const Tile& tile, std::span<float> target) {
  std::ranges::fill(target, 0.0F);
  if (plane.values.empty()) return;
  const int top = tile.y - grid.y.before;
  const int left = tile.x - grid.x.before;
  const int x0 = std::max(0, -left);
  const int x1 = std::min(grid.x.side, plane.width - left);
  for (int y = std::max(0, -top); y < std::min(grid.y.side, plane.height - top) && x0 < x1; ++y) {
    const float* row = plane.row(top + y);
    std::copy(row + (left + x0), row + (left + x1), target.data() + static_cast<std::ptrdiff_t>(y) * grid.x.side + x0);
  }
  FlipPlane(target, grid.x.side, tile.flip_y, tile.flip_x);
}

void Negate(std::span<float> values) {
  for (float& value : values) value = -value;
}

}  // namespace

Tile TileAt(const TileGrid& grid, int index, bool augment) {
  const auto columns = grid.x.starts.size();
  const std::size_t j = static_cast<std::size_t>(index) / columns;
  const std::size_t i = static_cast<std::size_t>(index) % columns;
  return {
      .y = grid.y.starts[j], .x = grid.x.starts[i], .flip_y = augment && i % 2 == 1, .flip_x = augment && j % 2 == 1};
}

void CopyTile(const Planes& planes, const TileGrid& grid, const Tile& tile, std::span<float> input) {
  const std::size_t size = input.size() / 2;
  CopyPlane(planes.segment, grid, tile, input.first(size));
  CopyPlane(planes.nucleus, grid, tile, input.last(size));
}

void UnflipOutput(const TileGrid& grid, const Tile& tile, std::span<float> output) {
  const std::size_t size = output.size() / 3;
  for (std::size_t plane = 0; plane < 3; ++plane) {
    FlipPlane(output.subspan(plane * size, size), grid.x.side, tile.flip_y, tile.flip_x);
  }
  if (tile.flip_y) Negate(output.first(size));
  if (tile.flip_x) Negate(output.subspan(size, size));
}

}  // namespace intelliclinix::cellpose
