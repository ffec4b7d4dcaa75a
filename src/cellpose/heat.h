// Diffusion inside one mask.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

namespace intelliclinix::cellpose {

/// A mask in its bounding box with a pixel of margin on each side. Scratch memory that is used again for many masks.
struct MaskBox {
  int height = 0;  ///< with the margin
  int width = 0;
  std::vector<std::uint8_t> inside;  ///< [y, x]: 1 in the mask; the margin is 0

  std::size_t size() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width); }
};

/// Heat after `steps` steps: each adds 1 at the pixel `centre`, then replaces each mask pixel by the sum of its 3 x 3
/// neighbourhood / 9. Outside the mask it is 0. `heat` is of the box's size. No step begins after `stop`: the heat is
/// then of fewer.
void Diffuse(const MaskBox& mask, std::size_t centre, int steps, std::vector<double>& heat,
             const std::stop_token& stop);

}  // namespace intelliclinix::cellpose
