// Pixels into an image.
#pragma once

#include "image/format_reader.h"
#include "image/image.h"

namespace intelliclinix::image {

/// Fills an image of the file's size and colours.
class ImageSink final : public PixelSink {
 public:
  /// Borrows: `image`.
  explicit ImageSink(Image& image) : image_(image) {}
  void Put(const PixelRun& run) noexcept override;

 private:
  Image& image_;
};

}  // namespace intelliclinix::image
