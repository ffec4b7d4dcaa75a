#include "unet/reference/nearest_seed_reference.h"

#include <algorithm>
#include <cstdint>

#include "unet/watershed.h"

namespace intelliclinix::unet::reference {
namespace {

constexpr int kReach = 6;  // px

std::uint32_t Nearest(const image::LabelImage& seeds, int y, int x) {
  std::uint32_t label = 0;
  int least = kReach * kReach + 1;
  for (int v = std::max(0, y - kReach); v <= std::min(seeds.height - 1, y + kReach); ++v) {
    for (int u = std::max(0, x - kReach); u <= std::min(seeds.width - 1, x + kReach); ++u) {
      const int squared = (v - y) * (v - y) + (u - x) * (u - x);
      if (seeds.at(v, u) == 0 || squared >= least) continue;
      least = squared;
      label = seeds.at(v, u);
    }
  }
  return label;
}

}  // namespace

image::LabelImage NearestSeed(const Probabilities& seen, const Options& options) {
  const Probabilities insides{.interior = seen.interior, .foreground = seen.interior};
  const image::LabelImage seeds =
      FindObjects(insides, {.foreground_threshold = options.interior_threshold, .watershed = false});
  image::LabelImage labels = seeds;
  for (int y = 0; y < labels.height; ++y) {
    for (int x = 0; x < labels.width; ++x) {
      const bool open = labels.at(y, x) == 0 && seen.foreground.row(y)[x] > options.foreground_threshold;
      if (open) labels.at(y, x) = Nearest(seeds, y, x);
    }
  }
  return labels;
}

}  // namespace intelliclinix::unet::reference
