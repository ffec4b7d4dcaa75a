#include "image/resize.h"

#include <cassert>

#include <opencv2/core.hpp>
#include <opencv2/core/utility.hpp>
#include <opencv2/imgproc.hpp>

namespace intelliclinix::image {
namespace {

/// OpenCV only reads through the header that this makes, though its type cannot say so.
template <typename T>
cv::Mat Borrow(const T* values, int height, int width, int type) {
  return cv::Mat(height, width, type, const_cast<T*>(values));
}

/// OpenCV must not start threads of its own: the cores belong to the compute pool.
void KeepOnThisThread() {
  static const bool done = (cv::setNumThreads(1), true);
  assert(done);
}

}  // namespace

void ResizeBilinearInto(const Plane& source, int height, int width, float* target) {
  assert(source.height >= 1 && source.width >= 1 && height >= 1 && width >= 1);
  KeepOnThisThread();
  cv::Mat from = Borrow(source.values.data(), source.height, source.width, CV_32FC1);
  cv::Mat to(height, width, CV_32FC1, target);
  cv::resize(from, to, to.size(), 0, 0, cv::INTER_LINEAR);
  assert(to.ptr<float>() == target);
}

Plane ResizeBilinear(const Plane& source, int height, int width) {
  Plane target(height, width);
  ResizeBilinearInto(source, height, width, target.values.data());
  return target;
}

LabelImage ResizeNearest(const LabelImage& source, int height, int width) {
  assert(source.height >= 1 && source.width >= 1 && height >= 1 && width >= 1);
  KeepOnThisThread();
  LabelImage target(height, width);
  cv::Mat from = Borrow(source.labels.data(), source.height, source.width, CV_32SC1);
  cv::Mat to(height, width, CV_32SC1, target.labels.data());
  cv::resize(from, to, to.size(), 0, 0, cv::INTER_NEAREST);
  return target;
}

}  // namespace intelliclinix::image
