#include "image/encode.h"

#include <string>

#include "image/png_writer.h"
#include "image/regions.h"

namespace intelliclinix::image {
namespace {

class ImageRows final : public PngRows {
 public:
  explicit ImageRows(const Image& image)
      : first_(image.samples.data()), stride_(static_cast<std::size_t>(image.width) * image.channels) {}
  const std::byte* Row(int y) noexcept override { return first_ + y * stride_; }

 private:
  const std::byte* first_;
  std::size_t stride_;
};

class PictureRows final : public PngRows {
 public:
  explicit PictureRows(const Picture& picture)
      : picture_(picture), row_(static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.channels)) {}
  const std::byte* Row(int y) noexcept override {
    picture_.paint(y, row_.data());
    return reinterpret_cast<const std::byte*>(row_.data());
  }

 private:
  const Picture& picture_;
  std::vector<std::uint8_t> row_;
};

class LabelRows final : public PngRows {
 public:
  explicit LabelRows(const LabelImage& labels) : labels_(labels), row_(static_cast<std::size_t>(labels.width) * 2) {}
  const std::byte* Row(int y) noexcept override {
    const std::uint32_t* row = labels_.labels.data() + static_cast<std::size_t>(y) * labels_.width;
    for (int x = 0; x < labels_.width; ++x) {
      row_[2 * x] = static_cast<std::byte>(row[x] >> 8);
      row_[2 * x + 1] = static_cast<std::byte>(row[x]);
    }
    return row_.data();
  }

 private:
  const LabelImage& labels_;
  std::vector<std::byte> row_;
};

}  // namespace

Result<std::vector<std::byte>> EncodePng(const Image& image, PngContent content) {
  if (image.type != PixelType::kUint8 || (image.channels != 1 && image.channels != 3 && image.channels != 4)) {
    return Fail(ErrorCode::kInvalidArgument, "Only 8-bit grey, RGB and RGBA images are written as PNG.");
  }
  ImageRows rows(image);
  return WritePng({.height = image.height, .width = image.width, .channels = image.channels}, content, rows);
}

Result<std::vector<std::byte>> EncodePng(const Picture& picture, PngContent content) {
  PictureRows rows(picture);
  return WritePng({.height = picture.height, .width = picture.width, .channels = picture.channels}, content, rows);
}

Result<std::vector<std::byte>> EncodeLabelPng16(const LabelImage& labels) {
  std::uint32_t largest = MaxLabel(labels);
  if (largest > kMaxPngLabel) {
    return Fail(ErrorCode::kInvalidArgument, "A 16-bit PNG holds labels up to 65,535; there is one of " +
                                                 std::to_string(largest) + ". Write a 32-bit TIFF.");
  }
  LabelRows rows(labels);
  PngShape shape{.height = labels.height, .width = labels.width, .channels = 1, .bit_depth = 16};
  return WritePng(shape, PngContent::kDrawing, rows);
}

}  // namespace intelliclinix::image
