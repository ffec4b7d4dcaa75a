#include "image/crop.h"

#include <algorithm>

namespace intelliclinix::image {
namespace {

/// Which steps of a run stay within a side: those from first to last.
struct Steps {
  int first = 0;
  int last = 0;
};

int DivideUp(int number, int by) { return (number + by - 1) / by; }

/// The steps i of 0 to count - 1 for which begin <= at + i * step < end.
Steps StepsWithin(int at, int step, int count, int begin, int end) {
  if (step == 0) return at >= begin && at < end ? Steps{0, count - 1} : Steps{0, -1};
  // A side that is walked backwards is one that is walked forwards from its mirror image.
  if (step < 0) return StepsWithin(-at, -step, count, 1 - end, 1 - begin);
  const int first = begin <= at ? 0 : DivideUp(begin - at, step);
  const int last = end <= at ? -1 : (end - 1 - at) / step;
  return {first, std::min(last, count - 1)};
}

}  // namespace

void CropSink::Put(const PixelRun& run) noexcept {
  const Steps rows = StepsWithin(run.y, run.y_step, run.pixels, region_.y, region_.y + region_.height);
  const Steps columns = StepsWithin(run.x, run.x_step, run.pixels, region_.x, region_.x + region_.width);
  const int first = std::max(rows.first, columns.first);
  const int last = std::min(rows.last, columns.last);
  if (first > last) return;
  PixelRun part = run;
  part.samples += static_cast<std::ptrdiff_t>(first) * run.channels * sample_bytes_;
  part.pixels = last - first + 1;
  part.y = run.y + first * run.y_step - region_.y;
  part.x = run.x + first * run.x_step - region_.x;
  sink_.Put(part);
}

}  // namespace intelliclinix::image
