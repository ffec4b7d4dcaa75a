// Diffusion inside one mask.
#pragma once

#include <cstddef>
#include <stop_token>
#include <vector>

#include "image/regions.h"

namespace intelliclinix::cellpose {

/// Heat after `steps` steps: each adds 1 at the pixel `centre`, then replaces each mask pixel by the sum of its 3 x 3
/// neighbourhood / 9. Outside the mask it is 0. `heat` is of the mask's size, margin and all. No step begins after
/// `stop`: the heat is then of fewer.
void Diffuse(const image::RegionMask& mask, std::size_t centre, int steps, std::vector<double>& heat,
             const std::stop_token& stop);

}  // namespace intelliclinix::cellpose
