#include "image/pyramid_layout.h"

#include <algorithm>

namespace intelliclinix::image {
namespace {

constexpr int kSide = PyramidLayout::kTileSide;

int Half(int pixels) { return pixels / 2 + pixels % 2; }

std::uint64_t Area(const TileSize& size) { return static_cast<std::uint64_t>(size.height) * size.width; }

}  // namespace

PyramidLayout::PyramidLayout(const PyramidShape& shape) : shape_(shape) {
  const std::uint64_t pixel = BytesPerSample(shape.sample) * static_cast<std::uint64_t>(shape.channels);
  TileSize size{shape.height, shape.width};
  for (;;) {
    levels_.push_back({size, bytes_});
    bytes_ += Area(size) * pixel;
    if (size.height <= kSide && size.width <= kSide) return;
    size = {Half(size.height), Half(size.width)};
  }
}

bool PyramidLayout::Has(const TileIndex& tile) const {
  if (tile.level < 0 || tile.level >= levels() || tile.x < 0 || tile.y < 0) return false;
  const TileSize size = SizeOfLevel(tile.level);
  return tile.x < TilesAlong(size.width) && tile.y < TilesAlong(size.height);
}

TileSize PyramidLayout::SizeOf(const TileIndex& tile) const {
  const TileSize size = SizeOfLevel(tile.level);
  return {std::min(kSide, size.height - tile.y * kSide), std::min(kSide, size.width - tile.x * kSide)};
}

std::uint64_t PyramidLayout::OffsetOf(const TileIndex& tile, int channel) const {
  const Level& level = levels_[static_cast<std::size_t>(tile.level)];
  const auto above = static_cast<std::uint64_t>(tile.y) * kSide * level.size.width;
  const auto left = static_cast<std::uint64_t>(tile.x) * kSide * SizeOf(tile).height;
  const std::uint64_t samples = static_cast<std::uint64_t>(channel) * Area(level.size) + above + left;
  return level.offset + samples * BytesPerSample(shape_.sample);
}

}  // namespace intelliclinix::image
