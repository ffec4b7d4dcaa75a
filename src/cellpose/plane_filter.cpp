#include "cellpose/plane_filter.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "cellpose/stopped.h"

namespace intelliclinix::cellpose {
namespace {

constexpr double kLeastWeight = 1e-10;  // below, a sample of a Gaussian changes no float32 result
constexpr int kRowsAtOnce = 32;

/// A Gaussian along one axis that wraps around: the pixel i becomes the sum of weights[k] * pixel[i + first + k].
struct Kernel {
  int first = 0;
  std::vector<float> weights;
  float at_zero = 0;  ///< the weight of the pixel itself
};

/// `count` samples of a Gaussian, evenly spaced from -span / 2 to span / 2 + 1, that sum to 1.
std::vector<double> SampleGaussian(double radius, int count, int span) {
  const double step = count > 1 ? (span + 1.0) / (count - 1) : 0;
  std::vector<double> samples(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) samples[static_cast<std::size_t>(i)] = std::pow(-span / 2.0 + i * step, 2);
  const double nearest = std::ranges::min(samples);  // counted from there, a sample is not 0 however narrow it is
  double sum = 0;
  for (double& sample : samples) sum += sample = std::exp((nearest - sample) / (2 * radius * radius));
  for (double& sample : samples) sample /= sum;
  return samples;
}

/// The samples that matter, and the one in the middle of the axis.
Kernel Gaussian(double radius, int count, int span) {
  const std::vector<double> samples = SampleGaussian(radius, count, span);
  int first = count / 2;
  int last = count / 2;
  for (int i = 0; i < count; ++i) {
    if (samples[static_cast<std::size_t>(i)] < kLeastWeight) continue;
    first = std::min(first, i);
    last = std::max(last, i);
  }
  return {.first = first - count / 2,
          .weights = std::vector<float>(samples.begin() + first, samples.begin() + last + 1),
          .at_zero = static_cast<float>(samples[static_cast<std::size_t>(count / 2)])};
}

/// The index that `i` + `offset` wraps to.
int Wrapped(int i, int offset, int length) { return ((i + offset) % length + length) % length; }

/// Where items of work run, and until when. A row under a wide kernel takes long: each looks whether it should begin.
struct Work {
  ComputePool& pool;
  const std::stop_token& stop;
};

template <typename Function>
void ForRows(const Work& work, int height, Function function) {
  const auto rows = [&](std::size_t chunk) {
    const int first = static_cast<int>(chunk) * kRowsAtOnce;
    for (int y = first; y < std::min(height, first + kRowsAtOnce) && !work.stop.stop_requested(); ++y) function(y);
  };
  work.pool.ParallelFor(static_cast<std::size_t>((height + kRowsAtOnce - 1) / kRowsAtOnce), rows, work.stop);
}

image::Plane BlurRows(const image::Plane& plane, const Kernel& kernel, const Work& work) {
  image::Plane result(plane.height, plane.width);
  const auto width = static_cast<std::size_t>(plane.width);
  ForRows(work, plane.height, [&](int y) {
    std::vector<float> wrapped(width + kernel.weights.size());
    for (std::size_t i = 0; i < wrapped.size(); ++i) {
      wrapped[i] = plane.row(y)[Wrapped(static_cast<int>(i), kernel.first, plane.width)];
    }
    float* row = result.row(y);
    for (std::size_t k = 0; k < kernel.weights.size(); ++k) {
      for (std::size_t x = 0; x < width; ++x) row[x] += kernel.weights[k] * wrapped[x + k];
    }
  });
  return result;
}

image::Plane BlurColumns(const image::Plane& plane, const Kernel& kernel, const Work& work) {
  image::Plane result(plane.height, plane.width);
  ForRows(work, plane.height, [&](int y) {
    float* row = result.row(y);
    for (std::size_t k = 0; k < kernel.weights.size(); ++k) {
      const float* from = plane.row(Wrapped(y, kernel.first + static_cast<int>(k), plane.height));
      for (int x = 0; x < plane.width; ++x) row[x] += kernel.weights[k] * from[x];
    }
  });
  return result;
}

/// The blurred plane, and how much of it each pixel is of itself.
std::pair<image::Plane, float> Blur(const image::Plane& plane, double radius, const Work& work) {
  const Kernel along_y = Gaussian(radius, plane.height, plane.height);
  const Kernel along_x = Gaussian(radius, plane.width, plane.height);
  return {BlurColumns(BlurRows(plane, along_x, work), along_y, work), along_y.at_zero * along_x.at_zero};
}

}  // namespace

Status FilterPlane(image::Plane& plane, const FilterRadii& radii, ComputePool& pool, const std::stop_token& stop) {
  const Work work{.pool = pool, .stop = stop};
  if (radii.sharpen <= 0) {
    plane = Blur(plane, radii.smooth, work).first;
    return CheckStop(stop);
  }
  const auto [surroundings, own_share] = Blur(plane, radii.sharpen, work);
  IC_RETURN_IF_ERROR(CheckStop(stop));
  float own = 1;
  if (radii.smooth > 0) {
    plane = Blur(plane, radii.smooth, work).first;
  } else {
    own = 1 + own_share;
  }
  for (std::size_t i = 0; i < plane.values.size(); ++i)
    plane.values[i] = own * plane.values[i] - surroundings.values[i];
  return CheckStop(stop);
}

}  // namespace intelliclinix::cellpose
