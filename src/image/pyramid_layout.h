// Where the tiles of an image at all sizes are in a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace intelliclinix::image {

enum class PyramidSample { kUint8, kUint16, kUint32 };

/// Units: bytes.
constexpr std::size_t BytesPerSample(PyramidSample sample) {
  return sample == PyramidSample::kUint8 ? 1 : sample == PyramidSample::kUint16 ? 2 : 4;
}

/// Level 0. Units: px.
struct PyramidShape {
  int height = 0;
  int width = 0;
  int channels = 1;
  PyramidSample sample = PyramidSample::kUint8;
};

struct TileIndex {
  int level = 0;
  int x = 0;  ///< column of tiles
  int y = 0;
};

/// Units: px.
struct TileSize {
  int height = 0;
  int width = 0;
};

/// Level k has a half of the sides of level k - 1, rounded up; the last one fits one tile. Channel by channel, row by
/// row of tiles, one tile behind the other without gaps; those at the right and the bottom are smaller.
class PyramidLayout {
 public:
  static constexpr int kTileSide = 256;

  explicit PyramidLayout(const PyramidShape& shape);

  const PyramidShape& shape() const { return shape_; }
  int levels() const { return static_cast<int>(levels_.size()); }
  TileSize SizeOfLevel(int level) const { return levels_[static_cast<std::size_t>(level)].size; }
  /// Units: bytes.
  std::uint64_t bytes() const { return bytes_; }

  bool Has(const TileIndex& tile) const;
  TileSize SizeOf(const TileIndex& tile) const;
  /// Of a channel's tile, which is rows of samples without gaps. Units: bytes from the file's beginning.
  std::uint64_t OffsetOf(const TileIndex& tile, int channel) const;

 private:
  struct Level {
    TileSize size;
    std::uint64_t offset = 0;
  };

  PyramidShape shape_;
  std::vector<Level> levels_;
  std::uint64_t bytes_ = 0;
};

/// Rows of tiles, or columns, along a side of `pixels`.
constexpr int TilesAlong(int pixels) { return (pixels - 1) / PyramidLayout::kTileSide + 1; }

}  // namespace intelliclinix::image
