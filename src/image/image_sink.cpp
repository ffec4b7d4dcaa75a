#include "image/image_sink.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace intelliclinix::image {

void ImageSink::Put(const PixelRun& run) noexcept {
  int kept = std::min(run.channels, image_.channels - run.first_channel);
  if (kept <= 0) return;
  std::ptrdiff_t sample = BytesPerSample(image_.type);
  std::ptrdiff_t pixel = image_.channels * sample;
  std::ptrdiff_t width = image_.width;
  std::ptrdiff_t step = (run.y_step * width + run.x_step) * pixel;
  std::byte* target = image_.samples.data() + (run.y * width + run.x) * pixel + run.first_channel * sample;
  if (kept == run.channels && kept == image_.channels && step == pixel) {
    std::memcpy(target, run.samples, static_cast<std::size_t>(run.pixels * pixel));
    return;
  }
  for (std::ptrdiff_t i = 0; i < run.pixels; ++i) {
    std::memcpy(target + i * step, run.samples + i * run.channels * sample, static_cast<std::size_t>(kept * sample));
  }
}

}  // namespace intelliclinix::image
