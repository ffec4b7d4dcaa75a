#include "runners/cellpose_memory.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "cellpose/tiles.h"
#include "runners/artifacts/formats.h"
#include "runners/artifacts/outputs.h"

namespace intelliclinix::runners {
namespace {

constexpr double kBase = 140e6;           // the program, the model, files of a small image
constexpr double kTilePixel = 620;        // of a tile on its way through the network: all of its layers
constexpr double kRepeats = 64 << 20;     // tiles that are kept for those that repeat them, at most
constexpr double kRepeatPixel = 20;       // of such a tile
constexpr double kFloat = sizeof(float);  // a plane's pixel
constexpr double kOutputs = 3 * kFloat;   // flows and probability
constexpr double kField = 2 * kFloat;     // steps of all pixels
constexpr double kCell = 12;              // of a pixel of a cell: its number and where it has gone
constexpr double kCellShare = 0.5;
constexpr double kCounts = 4;  // of where pixels end
constexpr double kLabels = 4;
constexpr double kLogits = 2;  // for the probability of cells

double SampleBytes(const records::ImageFacts& image) {
  return image.bit_depth <= 8 ? 1 : image.bit_depth == 16 ? 2 : 4;
}

/// A pixel while it is decoded: its samples, and the sums of which a mean is made.
double DecodeBytes(const CellposeTask& task) {
  const double sample = SampleBytes(task.image);
  const bool sums = task.planes.projection == image::ZProjection::kMean && task.image.depth > 1;
  return (sample + (!sums ? 0 : sample < 4 ? sizeof(std::uint32_t) : sizeof(double))) * task.image.channels;
}

/// Tiles on their way through the network, one a thread, and what is kept of those that repeat.
double TileBytes(const CellposeTask& task, double rescale) {
  const cellpose::Options& options = task.settings.options;
  const cellpose::TileGrid grid =
      cellpose::CutTiles(std::max(1, static_cast<int>(task.image.height * rescale)),
                         std::max(1, static_cast<int>(task.image.width * rescale)), options);
  const double pixels = static_cast<double>(grid.y.side) * grid.x.side;
  return pixels * (kTilePixel * std::min(task.threads, grid.count())) +
         std::min(kRepeats, pixels * kRepeatPixel * grid.count());
}

/// A pixel from the network to the labels, beside its samples.
double SegmentBytes(const CellposeTask& task, double rescale, bool keep_output) {
  using enum cellpose::PassKind;
  const cellpose::Options& options = task.settings.options;
  const double scaled = rescale * rescale;  // pixels that the network sees, for one of the image
  const double seen = (task.image.channels > 1 && options.channels[1] > 0 ? 2 : 1) * kFloat;
  const double resized_planes = seen + (rescale == 1 ? 0 : seen * scaled);
  if (task.pass == kStyle) return resized_planes;
  const double network = resized_planes + kOutputs * scaled;
  const double grid = options.resample && task.pass == kMasks ? 1 : scaled;
  const double resized = kOutputs * std::max(grid, scaled) + kField * grid;
  const double masks = (kField + kCounts + kLabels + kLogits + kCell * kCellShare) * grid;
  const double kept = task.pass == kEstimate ? seen : keep_output ? kOutputs * grid : 0;
  return std::max({network, resized + (task.pass == kEstimate ? seen : 0), masks + kept});
}

}  // namespace

std::uint64_t EstimateCellposeBytes(const CellposeTask& task) {
  const cellpose::Options& options = task.settings.options;
  const double pixels = static_cast<double>(task.image.height) * task.image.width;
  const double diameter = options.diameter > 0 ? options.diameter : task.diam_mean;
  const double rescale = task.diam_mean / diameter;
  const bool keep_output = TakeFlows(task.outputs);
  const ArtifactMemory artifacts =
      EstimateArtifacts(task.outputs, {.pixels = pixels,
                                       .cells = kCellShare * pixels / (std::numbers::pi / 4 * diameter * diameter),
                                       .diameter = diameter,
                                       .channels = task.image.channels});
  const double flows = keep_output ? kOutputs * (options.resample ? 1 : rescale * rescale) : 0;
  const double made = pixels * (kLabels + flows) + artifacts.files + artifacts.work;
  const double source = pixels * SampleBytes(task.image) * task.image.channels;
  const double peak =
      std::max(pixels * DecodeBytes(task), source + std::max(pixels * SegmentBytes(task, rescale, keep_output), made));
  const double kept = artifacts.files * (static_cast<double>(task.planes.planes.size()) - 1);
  return static_cast<std::uint64_t>(std::llround(kBase + TileBytes(task, rescale) + peak + kept));
}

}  // namespace intelliclinix::runners
