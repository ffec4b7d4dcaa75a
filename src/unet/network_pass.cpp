#include "unet/network_pass.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "cellpose/stopped.h"
#include "unet/tiles.h"

namespace intelliclinix::unet {
namespace {

/// A tile on its way through the network.
struct TileRoom {
  std::vector<float> input;   ///< [channels, side y, side x]
  std::vector<float> output;  ///< [classes, side y, side x]
  Status status;
};

struct Chances {
  float interior = 0;
  float foreground = 0;
};

/// What the classes of one pixel, `stride` values apart, come to.
Chances ChancesOf(const float* pixel, std::size_t stride, const Reading& reading) {
  const auto at = [&](int plane) { return pixel[static_cast<std::size_t>(plane) * stride]; };
  if (!reading.softmax) return {.interior = at(reading.interior), .foreground = 1 - at(reading.background)};
  float largest = at(0);
  for (int plane = 1; plane < reading.classes; ++plane) largest = std::max(largest, at(plane));
  float sum = 0;
  for (int plane = 0; plane < reading.classes; ++plane) sum += std::exp(at(plane) - largest);
  return {.interior = std::exp(at(reading.interior) - largest) / sum,
          .foreground = 1 - std::exp(at(reading.background) - largest) / sum};
}

/// One pass over an image. Tiles are computed as many at a time as there are threads, and added in their order, so that
/// float sums are the same in each run.
class Pass {
 public:
  Pass(const Model& model, const std::vector<image::Plane>& planes, const PassContext& context)
      : model_(model),
        planes_(planes),
        context_(context),
        y_(CutAxis(planes.front().height, model.reading)),
        x_(CutAxis(planes.front().width, model.reading)),
        weights_y_(BlendWeights(y_.side, model.reading.overlap)),
        weights_x_(BlendWeights(x_.side, model.reading.overlap)),
        sums_{.interior = image::Plane(y_.length, x_.length), .foreground = image::Plane(y_.length, x_.length)} {}

  Result<Probabilities> Run() {
    const std::size_t tiles = y_.starts.size() * x_.starts.size();
    std::vector<TileRoom> rooms(std::min(tiles, static_cast<std::size_t>(context_.pool.threads())));
    for (std::size_t first = 0; first < tiles; first += rooms.size()) {
      const std::size_t count = std::min(rooms.size(), tiles - first);
      context_.pool.ParallelFor(count, [&](std::size_t i) { Compute(first + i, rooms[i]); }, context_.stop);
      IC_RETURN_IF_ERROR(cellpose::CheckStop(context_.stop));
      for (std::size_t i = 0; i < count; ++i) {
        IC_RETURN_IF_ERROR(rooms[i].status);
        Add(first + i, rooms[i].output);
      }
    }
    Divide();
    return std::move(sums_);
  }

 private:
  int StartY(std::size_t tile) const { return y_.starts[tile / x_.starts.size()]; }
  int StartX(std::size_t tile) const { return x_.starts[tile % x_.starts.size()]; }
  std::size_t TilePixels() const { return static_cast<std::size_t>(y_.side) * static_cast<std::size_t>(x_.side); }

  void Compute(std::size_t tile, TileRoom& room) {
    room.input.resize(planes_.size() * TilePixels());
    room.output.resize(static_cast<std::size_t>(model_.reading.classes) * TilePixels());
    CopyTile(tile, room.input);
    const std::array<std::int64_t, 4> in = {1, model_.reading.channels, y_.side, x_.side};
    const std::array<std::int64_t, 4> out = {1, model_.reading.classes, y_.side, x_.side};
    const std::array<nn::MutableTensorView, 1> outputs = {nn::MutableTensorView{out, room.output}};
    room.status = model_.network.Forward({in, room.input}, outputs, {});
    const int done = ++done_;
    if (context_.progress) context_.progress(done, static_cast<int>(y_.starts.size() * x_.starts.size()));
  }

  /// Beyond the image, its last row and column are repeated.
  void CopyTile(std::size_t tile, std::vector<float>& input) const {
    float* to = input.data();
    for (const image::Plane& plane : planes_) {
      for (int y = 0; y < y_.side; ++y) {
        const float* const row = plane.row(std::min(StartY(tile) + y, y_.length - 1));
        for (int x = 0; x < x_.side; ++x) *to++ = row[std::min(StartX(tile) + x, x_.length - 1)];
      }
    }
  }

  void Add(std::size_t tile, const std::vector<float>& output) {
    const int rows = std::min(y_.side, y_.length - StartY(tile));
    context_.pool.ParallelFor(static_cast<std::size_t>(std::max(0, rows)),
                              [&](std::size_t row) { AddRow(tile, static_cast<int>(row), output); });
  }

  void AddRow(std::size_t tile, int row, const std::vector<float>& output) {
    const int columns = std::min(x_.side, x_.length - StartX(tile));
    const float* const from = output.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(x_.side);
    float* const interior = sums_.interior.row(StartY(tile) + row) + StartX(tile);
    float* const foreground = sums_.foreground.row(StartY(tile) + row) + StartX(tile);
    for (int x = 0; x < columns; ++x) {
      const Chances chances = ChancesOf(from + x, TilePixels(), model_.reading);
      const float weight = weights_y_[static_cast<std::size_t>(row)] * weights_x_[static_cast<std::size_t>(x)];
      interior[x] += weight * chances.interior;
      foreground[x] += weight * chances.foreground;
    }
  }

  void Divide() {
    const std::vector<float> sums_y = SumOfWeights(y_, weights_y_);
    const std::vector<float> sums_x = SumOfWeights(x_, weights_x_);
    for (int y = 0; y < y_.length; ++y) {
      float* const interior = sums_.interior.row(y);
      float* const foreground = sums_.foreground.row(y);
      for (int x = 0; x < x_.length; ++x) {
        const float sum = sums_y[static_cast<std::size_t>(y)] * sums_x[static_cast<std::size_t>(x)];
        interior[x] /= sum;
        foreground[x] /= sum;
      }
    }
  }

  const Model& model_;
  const std::vector<image::Plane>& planes_;
  const PassContext& context_;
  const TileAxis y_;
  const TileAxis x_;
  const std::vector<float> weights_y_;
  const std::vector<float> weights_x_;
  std::atomic<int> done_ = 0;
  Probabilities sums_;
};

}  // namespace

Result<Probabilities> RunNetwork(const Model& model, const std::vector<image::Plane>& planes,
                                 const PassContext& context) {
  return Pass(model, planes, context).Run();
}

}  // namespace intelliclinix::unet
