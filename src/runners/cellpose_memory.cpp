#include "runners/cellpose_memory.h"

#include <algorithm>
#include <cmath>

namespace intelliclinix::runners {
namespace {

constexpr double kTileBytes = 200e6;      // tiles on their way through the network, its scratch memory, the program
constexpr double kFloat = sizeof(float);  // a plane's pixel
constexpr double kOutputs = 3 * kFloat;   // flows and probability
constexpr double kField = 2 * kFloat;     // steps of all pixels
constexpr double kCell = 12;              // of a pixel of a cell: its number and where it has gone
constexpr double kCellShare = 0.5;
constexpr double kLabels = 8;              // labels, and counts of where pixels end
constexpr double kPictures = 12;           // labels, one picture at a time and its file
constexpr double kArtifactsOfPlane = 1.5;  // compressed, of all kinds

double SourceBytes(const records::ImageFacts& image) {
  const double sample = image.bit_depth <= 8 ? 1 : image.bit_depth == 16 ? 2 : 4;
  return sample * image.channels;
}

}  // namespace

std::uint64_t EstimateCellposeBytes(const CellposeSettings& settings, const records::ImageFacts& image,
                                    double diam_mean, std::size_t planes) {
  const cellpose::Options& options = settings.options;
  const double pixels = static_cast<double>(image.height) * image.width;
  const double rescale = options.diameter > 0 ? diam_mean / options.diameter : 1;
  const double scaled = rescale * rescale;  // pixels that the network sees, for one of the image
  const double seen = (image.channels > 1 && options.channels[1] > 0 ? 2 : 1) * kFloat;
  const double network = seen + (rescale == 1 ? 0 : seen * scaled) + kOutputs * scaled;
  const double grid = options.resample ? 1 : scaled;
  const double resized = kOutputs * std::max(grid, scaled) + kField * grid;
  const double masks = (kField + kLabels + kCell * kCellShare) * grid;
  const double peak = std::max({network, resized, masks, kPictures}) + SourceBytes(image);
  const double kept = planes > 1 ? kArtifactsOfPlane * static_cast<double>(planes) : 0;
  return static_cast<std::uint64_t>(std::llround(kTileBytes + pixels * (peak + kept)));
}

}  // namespace intelliclinix::runners
