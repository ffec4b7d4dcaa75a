#include "cellpose/network_pass.h"

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include "cellpose/blend.h"
#include "cellpose/tile_transfer.h"
#include "cellpose/tiles.h"
#include "nn/cpnet.h"

namespace intelliclinix::cellpose {
namespace {

/// One pass over an image; items of the pool share it.
class Pass {
 public:
  Pass(const nn::Network& network, const Planes& planes, const Options& options, const PassContext& context)
      : network_(network),
        planes_(planes),
        augment_(options.augment),
        context_(context),
        grid_(CutTiles(planes.height(), planes.width(), options)),
        blend_(grid_) {}

  Result<NetworkOutput> Run() {
    const bool all = context_.pool.ParallelFor(
        static_cast<std::size_t>(grid_.count()), [this](std::size_t index) { RunTile(static_cast<int>(index)); },
        context_.stop);
    if (error_) return std::unexpected(*std::move(error_));
    if (!all) return Fail(ErrorCode::kCancelled, "The segmentation was stopped.");
    return blend_.Finish();
  }

 private:
  void RunTile(int index) {
    {
      const std::lock_guard lock(mutex_);
      if (error_) return;
    }
    Result<TileOutput> output = Forward(TileAt(grid_, index, augment_));
    const std::lock_guard lock(mutex_);
    if (!output.has_value()) {
      if (!error_) error_ = std::move(output).error();
      return;
    }
    blend_.Add(index, *std::move(output));
    if (context_.on_tile) context_.on_tile();
  }

  Result<TileOutput> Forward(const Tile& tile) const {
    const std::array<std::int64_t, 4> input_shape = {1, nn::kCpnetPlanes, grid_.y.side, grid_.x.side};
    const std::array<std::int64_t, 4> output_shape = {1, nn::kCpnetOutputs, grid_.y.side, grid_.x.side};
    const std::array<std::int64_t, 2> style_shape = {1, nn::kCpnetStyle};
    const auto pixels = static_cast<std::size_t>(grid_.y.side) * static_cast<std::size_t>(grid_.x.side);
    std::vector<float> input(nn::kCpnetPlanes * pixels);
    TileOutput output{.planes = std::vector<float>(nn::kCpnetOutputs * pixels),
                      .style = std::vector<float>(nn::kCpnetStyle)};
    CopyTile(planes_, grid_, tile, input);
    const std::array<nn::MutableTensorView, 2> outputs = {nn::MutableTensorView{output_shape, output.planes},
                                                          nn::MutableTensorView{style_shape, output.style}};
    IC_RETURN_IF_ERROR(network_.Forward({input_shape, input}, outputs));
    UnflipOutput(grid_, tile, output.planes);
    return output;
  }

  const nn::Network& network_;
  const Planes& planes_;
  const bool augment_;
  const PassContext& context_;
  const TileGrid grid_;
  std::mutex mutex_;  // of all below
  Blend blend_;
  std::optional<Error> error_;
};

}  // namespace

Result<NetworkOutput> RunNetwork(const nn::Network& network, const Planes& planes, const Options& options,
                                 const PassContext& context) {
  return Pass(network, planes, options, context).Run();
}

}  // namespace intelliclinix::cellpose
