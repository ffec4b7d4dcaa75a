// A part of an image, read without the rest in memory.
#pragma once

#include "image/format_reader.h"
#include "image/stack.h"

namespace intelliclinix::image {

/// Hands on the pixels that lie in a region, which begins at (0, 0) for the sink behind.
class CropSink final : public PixelSink {
 public:
  /// Borrows: `sink`.
  CropSink(const Rectangle& region, PixelType type, PixelSink& sink)
      : region_(region), sample_bytes_(BytesPerSample(type)), sink_(sink) {}
  void Put(const PixelRun& run) noexcept override;

 private:
  const Rectangle region_;
  const int sample_bytes_;
  PixelSink& sink_;
};

}  // namespace intelliclinix::image
