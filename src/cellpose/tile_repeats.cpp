#include "cellpose/tile_repeats.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
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

  /// Threads: one at a time.
  bool Same(int a, int b) {
    const Tile one = TileAt(grid_, a, augment_);
    const Tile other = TileAt(grid_, b, augment_);
    return one.flip_y == other.flip_y && one.flip_x == other.flip_x && Read(a, pixels_) == Read(b, others_);
  }

 private:
  const Planes& planes_;
  const TileGrid& grid_;
  const bool augment_;
  std::vector<float> pixels_;  // of Same
  std::vector<float> others_;
};

std::vector<std::size_t> HashTiles(const TileBytes& tiles, int count, ComputePool& pool) {
  std::vector<std::size_t> hashes(static_cast<std::size_t>(count));
  pool.ParallelFor(hashes.size(), [&](std::size_t index) {
    thread_local std::vector<float> buffer;
    hashes[index] = std::hash<std::string_view>()(tiles.Read(static_cast<int>(index), buffer));
  });
  return hashes;
}

/// For each tile the next one that equals it.
std::vector<int> LinkRepeats(TileBytes& tiles, const std::vector<std::size_t>& hashes) {
  std::vector<int> by_hash(hashes.size());
  std::iota(by_hash.begin(), by_hash.end(), 0);
  const auto hash = [&](int index) { return hashes[static_cast<std::size_t>(index)]; };
  std::ranges::sort(by_hash, {}, [&](int index) { return std::pair(hash(index), index); });
  std::vector<int> next(hashes.size(), kNoRepeat);
  for (std::size_t i = 1; i < by_hash.size(); ++i) {
    const int before = by_hash[i - 1], index = by_hash[i];
    if (hash(before) == hash(index) && tiles.Same(before, index)) next[static_cast<std::size_t>(before)] = index;
  }
  return next;
}

}  // namespace

TileRepeats FindRepeats(const Planes& planes, const TileGrid& grid, bool augment, std::size_t most_kept,
                        ComputePool& pool) {
  TileBytes tiles(planes, grid, augment);
  TileRepeats repeats{.firsts = {}, .next = LinkRepeats(tiles, HashTiles(tiles, grid.count(), pool))};
  std::vector<std::uint8_t> repeated(repeats.next.size());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < repeats.next.size(); ++i) {
    int& next = repeats.next[i];
    const bool last = next == kNoRepeat;
    if (repeated[i] != 0) {
      if (last) --kept;
    } else {
      repeats.firsts.push_back(static_cast<int>(i));
      if (!last && kept == most_kept) next = kNoRepeat;
      if (next != kNoRepeat) ++kept;
    }
    if (next != kNoRepeat) repeated[static_cast<std::size_t>(next)] = 1;
  }
  return repeats;
}

}  // namespace intelliclinix::cellpose
