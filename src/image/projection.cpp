#include "image/projection.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "image/crop.h"

namespace intelliclinix::image {
namespace {

/// Calls `take(sample of the image, value)` for each sample of `run` that the image keeps.
template <typename T, typename Take>
void ForEachSample(const PixelRun& run, const Image& image, const Take& take) {
  int kept = std::min(run.channels, image.channels - run.first_channel);
  const T* pixel = reinterpret_cast<const T*>(run.samples);
  for (int i = 0; i < run.pixels; ++i, pixel += run.channels) {
    const int y = run.y + i * run.y_step;
    const int x = run.x + i * run.x_step;
    std::size_t first = (static_cast<std::size_t>(y) * image.width + x) * image.channels + run.first_channel;
    for (int c = 0; c < kept; ++c) take(first + c, pixel[c]);
  }
}

template <typename T>
class MaxSink final : public PixelSink {
 public:
  explicit MaxSink(Image& image) : image_(image) {
    std::fill_n(image.As<T>(), image.pixel_count() * image.channels, std::numeric_limits<T>::lowest());
  }
  void Put(const PixelRun& run) noexcept override {
    T* samples = image_.As<T>();
    ForEachSample<T>(run, image_, [&](std::size_t at, T value) { samples[at] = std::max(samples[at], value); });
  }
  void Finish(int) {}

 private:
  Image& image_;
};

/// Sums of 20,000 samples of 16 bits stay below 2^32.
template <typename T>
class MeanSink final : public PixelSink {
 public:
  explicit MeanSink(Image& image) : image_(image), sums_(image.pixel_count() * image.channels) {}
  void Put(const PixelRun& run) noexcept override {
    ForEachSample<T>(run, image_, [&](std::size_t at, T value) { sums_[at] += value; });
  }
  void Finish(int planes) {
    for (std::size_t i = 0; i < sums_.size(); ++i) image_.As<T>()[i] = Mean(sums_[i], planes);
  }

 private:
  using Sum = std::conditional_t<std::is_integral_v<T>, std::uint32_t, double>;

  static T Mean(Sum sum, int planes) {
    if constexpr (std::is_integral_v<T>) return static_cast<T>((sum + static_cast<Sum>(planes) / 2) / planes);
    return static_cast<T>(sum / planes);
  }

  Image& image_;
  std::vector<Sum> sums_;
};

template <typename Sink>
Status ReadInto(FormatReader& reader, const PlaneChoice& choice, Image& image) {
  Sink sink(image);
  CropSink crop(choice.region.value_or(Rectangle{}), reader.header().type, sink);
  PixelSink* const whole = &sink;
  int depth = reader.header().depth;
  for (PlaneIndex plane{.t = choice.plane.t}; plane.z < depth; ++plane.z) {
    IC_RETURN_IF_ERROR(reader.ReadPlane(plane, choice.region ? &crop : whole));
  }
  sink.Finish(depth);
  return {};
}

template <typename T>
Status Project(FormatReader& reader, const PlaneChoice& choice, Image& image) {
  return choice.projection == ZProjection::kMax ? ReadInto<MaxSink<T>>(reader, choice, image)
                                                : ReadInto<MeanSink<T>>(reader, choice, image);
}

}  // namespace

Status ReadProjection(FormatReader& reader, const PlaneChoice& choice, Image& image) {
  switch (image.type) {
    case PixelType::kUint8:
      return Project<std::uint8_t>(reader, choice, image);
    case PixelType::kUint16:
      return Project<std::uint16_t>(reader, choice, image);
    case PixelType::kFloat32:
      return Project<float>(reader, choice, image);
  }
  return Fail(ErrorCode::kInternal, "There is no projection of samples of this type.");
}

}  // namespace intelliclinix::image
