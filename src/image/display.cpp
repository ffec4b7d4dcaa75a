#include "image/display.h"

#include <algorithm>
#include <array>
#include <vector>

namespace intelliclinix::image {
namespace {

constexpr double kLowPercentile = 0.01;
constexpr double kHighPercentile = 0.99;
/// Percentiles are taken of about this many evenly spaced pixels: a display needs no more.
constexpr std::size_t kSampledPixels = 1 << 20;

struct Range {
  double low = 0;
  double high = 0;
};

template <typename T>
Range RangeOf(const Image& source, int channel) {
  std::size_t stride = std::max<std::size_t>(1, source.pixel_count() / kSampledPixels);
  std::vector<T> sampled;
  sampled.reserve(source.pixel_count() / stride + 1);
  for (std::size_t i = 0; i < source.pixel_count(); i += stride) {
    sampled.push_back(source.As<T>()[i * source.channels + channel]);
  }
  if (sampled.empty()) return {};
  auto at = [&](double fraction) {
    auto position = sampled.begin() + static_cast<std::ptrdiff_t>(fraction * static_cast<double>(sampled.size() - 1));
    std::nth_element(sampled.begin(), position, sampled.end());
    return static_cast<double>(*position);
  };
  Range range{at(kLowPercentile), at(kHighPercentile)};
  if (range.low < range.high) return range;
  auto [smallest, largest] = std::minmax_element(sampled.begin(), sampled.end());
  return {static_cast<double>(*smallest), static_cast<double>(*largest)};
}

template <typename T>
std::array<Range, 3> RangesOf(const Image& source, int channels) {
  std::array<Range, 3> ranges;
  for (int c = 0; c < std::min(channels, 3); ++c) ranges[c] = RangeOf<T>(source, c);
  if (source.type != PixelType::kUint8 || channels != 3) return ranges;
  Range shared{std::min({ranges[0].low, ranges[1].low, ranges[2].low}),
               std::max({ranges[0].high, ranges[1].high, ranges[2].high})};
  return {shared, shared, shared};
}

std::uint8_t Stretch(double value, const Range& range) {
  if (!(value > range.low)) return 0;
  return value >= range.high ? 255 : static_cast<std::uint8_t>(255 * (value - range.low) / (range.high - range.low));
}

template <typename T>
void StretchInto(const Image& source, int channels, Image& shown) {
  std::array<Range, 3> ranges = RangesOf<T>(source, channels);
  const T* from = source.As<T>();
  auto* to = shown.As<std::uint8_t>();
  for (std::size_t i = 0; i < source.pixel_count(); ++i) {
    for (int c = 0; c < std::min(channels, 3); ++c) {
      to[i * shown.channels + c] = Stretch(static_cast<double>(from[i * source.channels + c]), ranges[c]);
    }
  }
}

Image Blank(int height, int width, int channels, PixelType type) {
  Image image{.height = height, .width = width, .channels = channels, .type = type, .samples = {}};
  image.samples.resize(image.pixel_count() * channels * BytesPerSample(type));
  return image;
}

}  // namespace

Image StretchForDisplay(const Image& source) { return StretchForDisplay(source, source.channels); }

Image StretchForDisplay(const Image& source, int channels) {
  Image shown = Blank(source.height, source.width, channels == 1 ? 1 : 3, PixelType::kUint8);
  switch (source.type) {
    case PixelType::kUint8:
      StretchInto<std::uint8_t>(source, channels, shown);
      break;
    case PixelType::kUint16:
      StretchInto<std::uint16_t>(source, channels, shown);
      break;
    case PixelType::kFloat32:
      StretchInto<float>(source, channels, shown);
      break;
  }
  return shown;
}

}  // namespace intelliclinix::image
