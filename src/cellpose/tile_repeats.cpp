#include "cellpose/tile_repeats.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <string_view>
#include <utility>

#include "cellpose/tile_transfer.h"

namespace intelliclinix::cellpose {
namespace {

/// Tiles as bytes.
class TileBytes {
 public:
  TileBytes(const Planes& planes, const TileGrid& grid, bool augment)
      : planes_(planes), grid_(grid), augment_(augment) {}

  std::string_view Read(int index, std::vector<float>& buffer) const {
    buffer.resize(2 * static_cast<std::size_t>(grid_.y.side) * static_cast<std::size_t>(grid_.x.side));
    CopyTile(planes_, grid_, TileAt(grid_, index, augment_), buffer);
    return {reinterpret_cast<const char*>(buffer.data()), buffer.size() * sizeof(float)};
  }

  bool Same(int a, int b) const {
    const Tile one = TileAt(grid_, a, augment_);
    const Tile other = TileAt(grid_, b, augment_);
    std::vector<float> pixels;
    std::vector<float> others;
    return one.flip_y == other.flip_y && one.flip_x == other.flip_x && Read(a, pixels) == Read(b, others);
  }

 private:
  const Planes& planes_;
  const TileGrid& grid_;
  const bool augment_;
};

std::vector<std::size_t> HashTiles(const TileBytes& tiles, int count, ComputePool& pool) {
  std::vector<std::size_t> hashes(static_cast<std::size_t>(count));
  pool.ParallelFor(hashes.size(), [&](std::size_t index) {
    thread_local std::vector<float> buffer;
    hashes[index] = std::hash<std::string_view>()(tiles.Read(static_cast<int>(index), buffer));
  });
  return hashes;
}

}  // namespace

TileRepeats FindRepeats(const Planes& planes, const TileGrid& grid, bool augment, ComputePool& pool) {
  const TileBytes tiles(planes, grid, augment);
  const std::vector<std::size_t> hashes = HashTiles(tiles, grid.count(), pool);
  std::vector<int> by_hash(hashes.size());
  std::iota(by_hash.begin(), by_hash.end(), 0);
  const auto hash = [&](int index) { return hashes[static_cast<std::size_t>(index)]; };
  std::ranges::sort(by_hash, {}, [&](int index) { return std::pair(hash(index), index); });
  TileRepeats repeats{.firsts = {}, .next = std::vector<int>(hashes.size(), kNoRepeat)};
  int before = kNoRepeat;
  for (const int index : by_hash) {
    const bool repeat = before != kNoRepeat && hash(before) == hash(index) && tiles.Same(before, index);
    if (repeat) {
      repeats.next[static_cast<std::size_t>(before)] = index;
    } else {
      repeats.firsts.push_back(index);
    }
    before = index;
  }
  std::ranges::sort(repeats.firsts);
  return repeats;
}

}  // namespace intelliclinix::cellpose
