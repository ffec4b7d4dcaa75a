#include "runners/quality_warnings.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "image/image_quality.h"

namespace intelliclinix::runners {
namespace {

/// Noise has 1, and usual micrographs 60 and more.
constexpr double kLeastStructure = 2;
/// Fewer blocks that stand out are hot pixels rather than a cell.
constexpr std::size_t kBlocksOfACell = 4;
/// Grey levels between background and objects.
constexpr double kLeastLevels = 8;
constexpr double kMostSaturated = 0.01;
/// Edges of objects in focus are within 0.06 and 0.2 of a diameter.
constexpr double kWidestEdge = 0.3;

/// Where sensors end: of cameras with 10, 12, 14 and 16 bits.
bool IsSensorLimit(image::PixelType type, double value) {
  if (type == image::PixelType::kUint8) return value == 255;
  constexpr std::array kLimits = {1023.0, 4095.0, 16'383.0, 65'535.0};
  return type == image::PixelType::kUint16 && std::ranges::find(kLimits, value) != kLimits.end();
}

std::string Percent(double share) { return std::to_string(std::lround(100 * share)) + " %"; }

/// On dark ground objects can be too bright, on bright ground too dark.
void WarnOfSaturation(image::PixelType type, const image::ImageQuality& quality, std::vector<std::string>& warnings) {
  if (!IsSensorLimit(type, quality.largest)) return;
  const bool bright_ground = quality.median > quality.largest / 2;
  if (!bright_ground && quality.at_largest > kMostSaturated) {
    warnings.push_back("Saturated: " + Percent(quality.at_largest) +
                       " of the pixels are as bright as the format can tell. Their intensities are too low; expose "
                       "shorter.");
  }
  if (bright_ground && quality.at_zero > kMostSaturated) {
    warnings.push_back("Saturated: " + Percent(quality.at_zero) +
                       " of the pixels are 0 on bright ground. Their intensities are not to be trusted.");
  }
}

}  // namespace

QualityVerdict JudgeQuality(const image::Image& source, int channel, double diameter) {
  const image::ImageQuality quality = image::MeasureQuality(source, channel);
  QualityVerdict verdict;
  if (quality.smallest == quality.largest) return verdict;  // a runner tells by itself that there is nothing to see
  WarnOfSaturation(source.type, quality, verdict.warnings);
  verdict.blank = quality.structure > 0 && quality.structure < kLeastStructure &&
                  image::CountStandingOut(source, channel, quality) < kBlocksOfACell;
  if (verdict.blank) {
    verdict.warnings.emplace_back(
        "Blank: the image shows nothing but noise, which looks like cells when its brightness is scaled.");
    return verdict;
  }
  const double levels = quality.high - quality.low;
  if (source.type != image::PixelType::kFloat32 && levels < kLeastLevels) {
    verdict.warnings.push_back("Low contrast: background and objects are only " + std::to_string(std::lround(levels)) +
                               " grey levels apart.");
  }
  if (diameter > 0 && quality.edge_width > kWidestEdge * diameter) {
    verdict.warnings.emplace_back(
        "Out of focus: edges are blurred over much of a cell's diameter, so that outlines are uncertain. Or the "
        "diameter is far too small.");
  }
  return verdict;
}

}  // namespace intelliclinix::runners
