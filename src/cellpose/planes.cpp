#include "cellpose/planes.h"

#include <cassert>
#include <cstddef>

#include "image/resize.h"

namespace intelliclinix::cellpose {
namespace {

template <typename Sample>
image::Plane TakeChannel(const image::Image& source, int channel) {
  image::Plane plane(source.height, source.width);
  const Sample* sample = source.As<Sample>() + channel;
  for (float& value : plane.values) {
    value = static_cast<float>(*sample);
    sample += source.channels;
  }
  return plane;
}

template <typename Sample>
image::Plane TakeMean(const image::Image& source) {
  image::Plane plane(source.height, source.width);
  const Sample* sample = source.As<Sample>();
  for (float& value : plane.values) {
    double sum = 0;
    for (int c = 0; c < source.channels; ++c) sum += static_cast<double>(*sample++);
    value = static_cast<float>(sum / source.channels);
  }
  return plane;
}

template <typename Sample>
Planes Take(const image::Image& source, std::array<int, 2> channels) {
  if (source.channels == 1) return {.segment = TakeChannel<Sample>(source, 0), .nucleus = {}};
  if (channels[0] == 0) return {.segment = TakeMean<Sample>(source), .nucleus = {}};
  Planes planes{.segment = TakeChannel<Sample>(source, channels[0] - 1), .nucleus = {}};
  if (channels[1] > 0) planes.nucleus = TakeChannel<Sample>(source, channels[1] - 1);
  return planes;
}

}  // namespace

Planes TakePlanes(const image::Image& source, std::array<int, 2> channels) {
  assert(channels[0] <= source.channels && channels[1] <= source.channels);
  switch (source.type) {
    case image::PixelType::kUint8:
      return Take<std::uint8_t>(source, channels);
    case image::PixelType::kUint16:
      return Take<std::uint16_t>(source, channels);
    case image::PixelType::kFloat32:
      break;
  }
  return Take<float>(source, channels);
}

Planes ResizePlanes(const Planes& source, int height, int width) {
  Planes resized{.segment = image::ResizeBilinear(source.segment, height, width), .nucleus = {}};
  if (!source.nucleus.values.empty()) resized.nucleus = image::ResizeBilinear(source.nucleus, height, width);
  return resized;
}

}  // namespace intelliclinix::cellpose
