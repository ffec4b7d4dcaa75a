#include "image/shown.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "image/display.h"

namespace intelliclinix::image {
namespace {

/// Sums of 256 * 256 samples of 16 bits stay below 2^32.
constexpr int kMaxFactor = 256;

constexpr std::int64_t DivideUp(std::int64_t number, std::int64_t by) { return (number + by - 1) / by; }

int ShownChannels(const ImageHeader& header) { return std::min(Colours(header), 3); }

bool Fits(const ImageHeader& header, int factor, const ShownSize& most) {
  std::int64_t height = DivideUp(header.height, factor);
  std::int64_t width = DivideUp(header.width, factor);
  return std::max(height, width) <= most.side && height * width * ShownChannels(header) <= most.samples;
}

Result<int> ChooseFactor(const ImageHeader& header, const ShownSize& most) {
  for (int factor = 1; factor <= kMaxFactor; ++factor) {
    if (Fits(header, factor, most)) return factor;
  }
  return Fail(ErrorCode::kTooLarge, "The image is too large to make a preview of. Crop or downscale it and try again.");
}

template <typename T>
T Mean(double sum, int count) {
  double mean = sum / count;
  if constexpr (std::is_integral_v<T>) return static_cast<T>(std::lround(mean));
  constexpr double kLargest = std::numeric_limits<float>::max();  // a sum of floats can overflow to infinity
  return static_cast<T>(std::clamp(mean, -kLargest, kLargest));
}

/// Averages blocks of factor x factor pixels of samples T.
template <typename T>
class BlockMeans final : public PixelSink {
 public:
  BlockMeans(const ImageHeader& header, int factor);
  void Put(const PixelRun& run) noexcept override;

  /// The means, in place of the sums. Call once, when every pixel has been put.
  Image Take();

 private:
  using Sum = std::conditional_t<std::is_integral_v<T>, std::uint32_t, float>;

  int factor_;
  int source_height_;
  int source_width_;
  Image small_;  ///< its samples are of Sum until they are taken
};

template <typename T>
BlockMeans<T>::BlockMeans(const ImageHeader& header, int factor)
    : factor_(factor), source_height_(header.height), source_width_(header.width) {
  small_.height = static_cast<int>(DivideUp(header.height, factor));
  small_.width = static_cast<int>(DivideUp(header.width, factor));
  small_.channels = ShownChannels(header);
  small_.type = header.type;
  small_.samples.resize(small_.pixel_count() * small_.channels * sizeof(Sum));
}

template <typename T>
void BlockMeans<T>::Put(const PixelRun& run) noexcept {
  int kept = std::min(run.channels, small_.channels - run.first_channel);
  if (kept <= 0) return;
  const T* pixel = reinterpret_cast<const T*>(run.samples);
  Sum* sums = small_.As<Sum>() + run.first_channel;
  for (int i = 0; i < run.pixels; ++i, pixel += run.channels) {
    auto y = static_cast<std::size_t>((run.y + i * run.y_step) / factor_);
    auto x = static_cast<std::size_t>((run.x + i * run.x_step) / factor_);
    Sum* block = sums + (y * small_.width + x) * small_.channels;
    for (int c = 0; c < kept; ++c) block[c] += pixel[c];
  }
}

template <typename T>
Image BlockMeans<T>::Take() {
  const std::byte* from = small_.samples.data();
  std::byte* to = small_.samples.data();
  for (int y = 0; y < small_.height; ++y) {
    int rows = std::min(factor_, source_height_ - y * factor_);
    for (int i = 0; i < small_.width * small_.channels; ++i, from += sizeof(Sum), to += sizeof(T)) {
      Sum sum;
      std::memcpy(&sum, from, sizeof sum);
      int columns = std::min(factor_, source_width_ - i / small_.channels * factor_);
      T mean = Mean<T>(sum, rows * columns);
      std::memcpy(to, &mean, sizeof mean);
    }
  }
  small_.samples.resize(static_cast<std::size_t>(to - small_.samples.data()));
  return std::move(small_);
}

template <typename T>
Result<Image> Read(FormatReader& reader, const ShownSize& most) {
  IC_ASSIGN_OR_RETURN(int factor, ChooseFactor(reader.header(), most));
  BlockMeans<T> means(reader.header(), factor);
  IC_RETURN_IF_ERROR(reader.ReadPlane({.z = reader.header().depth / 2}, &means));
  return StretchForDisplay(means.Take(), Colours(reader.header()));
}

}  // namespace

Result<Image> ReadShown(FormatReader& reader, const ShownSize& most) {
  switch (reader.header().type) {
    case PixelType::kUint8:
      return Read<std::uint8_t>(reader, most);
    case PixelType::kUint16:
      return Read<std::uint16_t>(reader, most);
    case PixelType::kFloat32:
      return Read<float>(reader, most);
  }
  return Fail(ErrorCode::kInternal, "There is no preview of samples of this type.");
}

}  // namespace intelliclinix::image
