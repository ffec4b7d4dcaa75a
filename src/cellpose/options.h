// What a user can choose about a segmentation; names and defaults are the reference's.
#pragma once

#include <array>
#include <optional>

#include "base/result.h"

namespace intelliclinix::cellpose {

/// How the network's input is brought to a common brightness.
struct NormalizeOptions {
  bool enabled = true;                                            ///< off: planes go to the network as they are
  std::array<double, 2> percentile = {1, 99};                     ///< what becomes 0 and 1
  std::optional<std::array<std::array<double, 2>, 2>> lowhigh{};  ///< [plane][low, high] in place of percentiles
  int tile_norm_blocksize = 0;  ///< px; >= 16: percentiles of blocks, for uneven illumination
  double sharpen_radius = 0;    ///< px; > 0: subtracts the surroundings
  double smooth_radius = 0;     ///< px; > 0: Gaussian smoothing
  bool invert = false;          ///< dark objects on bright ground
};

struct Options {
  std::array<int, 2> channels = {0, 0};  ///< [segment, nucleus]: 0 grey or none, 1 first, 2 second, 3 third channel
  double diameter = 0;                   ///< px; 0: estimated with a size model, or the training data's mean
  NormalizeOptions normalize{};
  double flow_threshold = 0.4;     ///< largest flow error of a mask; 0: no quality control
  double cellprob_threshold = 0;   ///< logit above which a pixel belongs to a cell
  int min_size = 15;               ///< px; smaller masks are dropped; -1: none is
  double max_size_fraction = 0.4;  ///< masks over this share of the image are dropped
  int niter = 0;                   ///< steps of the dynamics; 0: 200 / rescale
  bool resample = true;            ///< dynamics at the image's size: smoother outlines, more time
  bool interp = true;              ///< bilinear flows in the dynamics
  bool exclude_on_edges = false;   ///< drops masks that touch the image's border
  bool augment = false;            ///< flipped, half-overlapping tiles, averaged: about four times the time
  double tile_overlap = 0.1;       ///< share of a tile that neighbours see too
  int bsize = 224;                 ///< px; side of a tile
};

}  // namespace intelliclinix::cellpose
