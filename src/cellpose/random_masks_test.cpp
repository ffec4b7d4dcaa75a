#include "cellpose/random_masks_test.h"

#include <cmath>
#include <random>

#include "image/resize.h"

namespace intelliclinix::cellpose {

RandomField MakeRandomField(int height, int width, double share, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> noise(0, 8);
  image::Plane coarse_y(height / 8 + 1, width / 8 + 1);
  image::Plane coarse_x = coarse_y;
  for (float& value : coarse_y.values) value = noise(random);
  for (float& value : coarse_x.values) value = noise(random);
  image::Plane cellprob(height, width);
  std::uniform_real_distribution<float> chance(0, 1);
  for (float& value : cellprob.values) value = chance(random) < share ? 1.0F : -1.0F;
  RandomField result;
  result.cells = FindCellPixels(cellprob, 0);
  result.field = MakeFlowField(image::ResizeBilinear(coarse_y, height, width),
                               image::ResizeBilinear(coarse_x, height, width), result.cells);
  return result;
}

image::LabelImage MakeRandomLabels(int height, int width, int objects, unsigned seed) {
  std::mt19937 random(seed);
  image::LabelImage labels(height, width);
  for (int label = 1; label <= objects; ++label) {
    const double centre_y = std::uniform_real_distribution<>(0, height)(random);
    const double centre_x = std::uniform_real_distribution<>(0, width)(random);
    const double radius = std::uniform_real_distribution<>(1, 9)(random);
    const double hole = random() % 2 == 0 ? radius * 0.6 : 0;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const double distance = std::hypot(y - centre_y, x - centre_x);
        if (distance <= radius && distance >= hole) labels.at(y, x) = static_cast<std::uint32_t>(label);
      }
    }
  }
  return labels;
}

}  // namespace intelliclinix::cellpose
