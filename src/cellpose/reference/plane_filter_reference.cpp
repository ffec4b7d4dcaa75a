#include "cellpose/reference/plane_filter_reference.h"

#include <cmath>
#include <cstddef>
#include <vector>

namespace intelliclinix::cellpose::reference {
namespace {

using Kernel = std::vector<double>;  // [y, x] of the plane's size

std::size_t IndexOf(int y, int x, int width) {
  return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
}

double Sample(int i, int count, int span) { return -span / 2.0 + (count > 1 ? i * (span + 1.0) / (count - 1) : 0); }

/// The reference measures both axes by the height.
Kernel Gaussian(double radius, int height, int width) {
  Kernel kernel;
  double sum = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double dy = Sample(y, height, height);
      const double dx = Sample(x, width, height);
      kernel.push_back(std::exp(-(dy * dy + dx * dx) / (2 * radius * radius)));
      sum += kernel.back();
    }
  }
  for (double& weight : kernel) weight /= sum;
  return kernel;
}

Kernel MakeKernel(const FilterRadii& radii, int height, int width) {
  Kernel kernel(static_cast<std::size_t>(height) * static_cast<std::size_t>(width), 0.0);
  if (radii.smooth > 0) kernel = Gaussian(radii.smooth, height, width);
  if (radii.sharpen <= 0) return kernel;
  const Kernel surroundings = Gaussian(radii.sharpen, height, width);
  for (std::size_t i = 0; i < kernel.size(); ++i) kernel[i] -= surroundings[i];
  if (radii.smooth <= 0) kernel[IndexOf(height / 2, width / 2, width)] = 1;
  return kernel;
}

}  // namespace

image::Plane FilterPlane(const image::Plane& plane, const FilterRadii& radii) {
  const Kernel kernel = MakeKernel(radii, plane.height, plane.width);
  image::Plane result(plane.height, plane.width);
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      double sum = 0;
      for (int j = 0; j < plane.height; ++j) {
        for (int i = 0; i < plane.width; ++i) {
          const int row = (y + j - plane.height / 2 + plane.height) % plane.height;
          const int column = (x + i - plane.width / 2 + plane.width) % plane.width;
          sum += kernel[IndexOf(j, i, plane.width)] * plane.row(row)[column];
        }
      }
      result.row(y)[x] = static_cast<float>(sum);
    }
  }
  return result;
}

}  // namespace intelliclinix::cellpose::reference
