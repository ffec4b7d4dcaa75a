// Pixels in memory: what decoders give and what encoders take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace intelliclinix::image {

enum class PixelType { kUint8, kUint16, kFloat32 };

/// Units: bytes.
constexpr int BytesPerSample(PixelType type) {
  return type == PixelType::kUint8 ? 1 : type == PixelType::kUint16 ? 2 : 4;
}

/// How large a pixel is in the specimen. Units: µm.
struct PixelSizeUm {
  double x = 0;
  double y = 0;
};

/// What a file's header says, before any pixel is decoded.
struct ImageHeader {
  int height = 0;          ///< px
  int width = 0;           ///< px
  int channels = 0;        ///< of a plane: colours and alpha
  bool has_alpha = false;  ///< the last channel is alpha
  PixelType type = PixelType::kUint8;
  enum class Format { kPng, kJpeg, kTiff } format = Format::kPng;
  int stored_bits = 8;      ///< of a sample in the file: 8, 16, 32 or 64
  int depth = 1;            ///< planes in z
  int times = 1;            ///< points in time
  std::string axes = "YX";  ///< those of which there is more than one, slowest first, and YX: "YXC", "TZCYX"
  std::vector<std::string> channel_names{};    ///< one a colour, "" where it has none; or empty
  std::optional<PixelSizeUm> pixel_size_um{};  ///< where the file tells it
};

/// A source image: samples [y, x, channel], interleaved, native byte order. Alpha is dropped by the decoder, so
/// channels are colours only.
struct Image {
  int height = 0;
  int width = 0;
  int channels = 0;
  PixelType type = PixelType::kUint8;
  std::vector<std::byte> samples;  ///< height * width * channels * BytesPerSample(type)
  std::uint64_t not_finite = 0;    ///< samples that were NaN or infinite in the file and are 0 here

  template <typename T>
  const T* As() const {
    return reinterpret_cast<const T*>(samples.data());
  }
  template <typename T>
  T* As() {
    return reinterpret_cast<T*>(samples.data());
  }
  std::size_t pixel_count() const { return static_cast<std::size_t>(height) * width; }
};

/// A label image [y, x]: 0 is background, 1..N are the objects.
struct LabelImage {
  int height = 0;
  int width = 0;
  std::vector<std::uint32_t> labels;

  LabelImage() = default;
  LabelImage(int rows, int columns)
      : height(rows), width(columns), labels(static_cast<std::size_t>(rows) * columns, 0) {}
  std::uint32_t at(int y, int x) const { return labels[static_cast<std::size_t>(y) * width + x]; }
  std::uint32_t& at(int y, int x) { return labels[static_cast<std::size_t>(y) * width + x]; }
};

/// A plane of float32 [y, x].
struct Plane {
  int height = 0;
  int width = 0;
  std::vector<float> values;

  Plane() = default;
  Plane(int rows, int columns) : height(rows), width(columns), values(static_cast<std::size_t>(rows) * columns, 0.0F) {}
  const float* row(int y) const { return values.data() + static_cast<std::size_t>(y) * width; }
  float* row(int y) { return values.data() + static_cast<std::size_t>(y) * width; }
};

}  // namespace intelliclinix::image
