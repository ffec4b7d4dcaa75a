#include "cellpose/network_pass.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "cellpose/blend.h"
#include "cellpose/stopped.h"
#include "cellpose/tile_repeats.h"
#include "cellpose/tile_transfer.h"
#include "cellpose/tiles.h"
#include "nn/cpnet.h"

namespace intelliclinix::cellpose {
namespace {

/// Memory for a tile on its way through the network; used again for later tiles.
struct TileRoom {
  std::vector<float> input;
  TileOutput output;
  int uses = 0;  ///< tiles that the output is still to be added for
};

/// One pass over an image; items of the pool share it.
class Pass {
 public:
  Pass(const nn::Network& network, const Planes& planes, const Options& options, const PassContext& context,
       bool with_planes)
      : network_(network),
        planes_(planes),
        augment_(options.augment),
        with_planes_(with_planes),
        context_(context),
        grid_(CutTiles(planes.height(), planes.width(), options)),
        repeats_(FindRepeats(planes, grid_, augment_, MostKept(), context.pool)),
        blend_(grid_, with_planes),
        ended_(static_cast<std::size_t>(grid_.count())) {}

  Result<NetworkOutput> Run() {
    context_.pool.ParallelFor(
        repeats_.firsts.size(), [this](std::size_t index) { RunTile(repeats_.firsts[index], CrewOf(index)); },
        context_.stop);
    if (error_) return std::unexpected(*std::move(error_));
    IC_RETURN_IF_ERROR(CheckStop(context_.stop));
    return blend_.Finish();
  }

 private:
  /// Tiles whose output waits for repeats, within a bound on their memory.
  std::size_t MostKept() const {
    constexpr std::size_t kBytes = 64 << 20;
    const auto pixels = static_cast<std::size_t>(grid_.y.side) * static_cast<std::size_t>(grid_.x.side);
    return std::max<std::size_t>(1, kBytes / (pixels * sizeof(float) * (nn::kCpnetPlanes + nn::kCpnetOutputs)));
  }

  /// Tiles run one a thread; the last ones, when there are fewer than threads, share these.
  nn::Crew CrewOf(std::size_t index) const {
    const auto threads = static_cast<std::size_t>(context_.pool.threads());
    const std::size_t last = repeats_.firsts.size() % threads;
    if (index + last < repeats_.firsts.size()) return {};
    return {.pool = &context_.pool, .size = static_cast<int>(threads / last)};
  }

  void RunTile(int index, nn::Crew crew) {
    TileRoom* const room = TakeRoom();
    if (room == nullptr) return;
    const Status status = Forward(TileAt(grid_, index, augment_), *room, crew);
    const std::lock_guard lock(mutex_);
    if (!status.has_value()) {
      if (!error_) error_ = status.error();
      return;
    }
    for (int same = index; same != kNoRepeat; same = repeats_.next[static_cast<std::size_t>(same)]) {
      ended_[static_cast<std::size_t>(same)] = room;
      ++room->uses;
      if (context_.on_tile) context_.on_tile();
    }
    AddThoseInOrder();
  }

  /// Null once a tile has failed.
  TileRoom* TakeRoom() {
    const std::lock_guard lock(mutex_);
    if (error_) return nullptr;
    if (free_.empty()) return &rooms_.emplace_back(NewRoom());
    TileRoom* const room = free_.back();
    free_.pop_back();
    return room;
  }

  TileRoom NewRoom() const {
    const auto pixels = static_cast<std::size_t>(grid_.y.side) * static_cast<std::size_t>(grid_.x.side);
    return {.input = std::vector<float>(nn::kCpnetPlanes * pixels),
            .output = {.planes = std::vector<float>(with_planes_ ? nn::kCpnetOutputs * pixels : 0),
                       .style = std::vector<float>(nn::kCpnetStyle)}};
  }

  Status Forward(const Tile& tile, TileRoom& room, nn::Crew crew) const {
    const std::array<std::int64_t, 4> input_shape = {1, nn::kCpnetPlanes, grid_.y.side, grid_.x.side};
    const std::array<std::int64_t, 4> output_shape = {1, nn::kCpnetOutputs, grid_.y.side, grid_.x.side};
    const std::array<std::int64_t, 2> style_shape = {1, nn::kCpnetStyle};
    CopyTile(planes_, grid_, tile, room.input);
    std::array<nn::MutableTensorView, 2> outputs = {nn::MutableTensorView{},
                                                    nn::MutableTensorView{style_shape, room.output.style}};
    if (with_planes_) outputs[0] = {output_shape, room.output.planes};
    IC_RETURN_IF_ERROR(network_.Forward({input_shape, room.input}, outputs, crew));
    if (with_planes_) UnflipOutput(grid_, tile, room.output.planes);
    return {};
  }

  void AddThoseInOrder() {
    for (; next_ < ended_.size() && ended_[next_] != nullptr; ++next_) {
      TileRoom* const room = ended_[next_];
      blend_.Add(static_cast<int>(next_), room->output);
      if (--room->uses == 0) free_.push_back(room);
    }
  }

  const nn::Network& network_;
  const Planes& planes_;
  const bool augment_;
  const bool with_planes_;
  const PassContext& context_;
  const TileGrid grid_;
  const TileRepeats repeats_;
  std::mutex mutex_;  // of all below
  Blend blend_;
  std::deque<TileRoom> rooms_;
  std::vector<TileRoom*> free_;
  std::vector<TileRoom*> ended_;  // by tile; null: not yet
  std::size_t next_ = 0;          // tile to be added
  std::optional<Error> error_;
};

}  // namespace

Result<NetworkOutput> RunNetwork(const nn::Network& network, const Planes& planes, const Options& options,
                                 const PassContext& context) {
  return Pass(network, planes, options, context, true).Run();
}

Result<std::vector<float>> MeasureStyle(const nn::Network& network, const Planes& planes, const Options& options,
                                        const PassContext& context) {
  IC_ASSIGN_OR_RETURN(NetworkOutput output, Pass(network, planes, options, context, false).Run());
  return std::move(output.style);
}

}  // namespace intelliclinix::cellpose
