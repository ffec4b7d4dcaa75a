#include "runners/unet_memory.h"

#include <algorithm>
#include <cmath>

namespace intelliclinix::runners {
namespace {

constexpr double kBase = 150e6;           // the program, pictures and their files of a small image
constexpr double kFloat = sizeof(float);  // a plane's pixel
constexpr double kTilePixel = 600;        // of a tile in the network: planes of all layers that are held at once
constexpr double kBlend = 2 * kFloat;     // interior and foreground
constexpr double kLabels = 4;
constexpr double kFront = 8 * 0.5;         // pixels that the flood is to visit; half of the image, which is a dense one
constexpr double kPictures = 12;           // labels, one picture at a time and its file
constexpr double kArtifactsOfPlane = 1.5;  // compressed, of all kinds

double SourceBytes(const records::ImageFacts& image) {
  const double sample = image.bit_depth <= 8 ? 1 : image.bit_depth == 16 ? 2 : 4;
  return sample * image.channels;
}

}  // namespace

std::uint64_t EstimateUnetBytes(const unet::Reading& reading, const records::ImageFacts& image, int threads,
                                std::size_t planes) {
  const double pixels = static_cast<double>(image.height) * image.width;
  const double tile = static_cast<double>(std::min(reading.tile, std::max(1, image.height))) *
                      std::min(reading.tile, std::max(1, image.width));
  const double tiles = std::min<double>(threads, std::max(1.0, std::ceil(pixels / tile)));
  const double network = kFloat * reading.channels + kBlend;
  const double masks = kBlend + kLabels + kFront;
  const double peak = std::max({network, masks, kPictures}) + SourceBytes(image);
  const double kept = planes > 1 ? kArtifactsOfPlane * static_cast<double>(planes) : 0;
  return static_cast<std::uint64_t>(std::llround(kBase + kTilePixel * tile * tiles + pixels * (peak + kept)));
}

}  // namespace intelliclinix::runners
