// What a model and what a user say of a segmentation by classes of pixels.
#pragma once

#include <array>
#include <optional>

namespace intelliclinix::unet {

/// What a network takes and what its output means: told with the model.
struct Reading {
  int channels = 1;                            ///< planes of the input: 1, or 3 for colour
  int multiple = 16;                           ///< px; sides of the input are multiples of it
  int tile = 1024;                             ///< px; a multiple of `multiple`; larger images are cut into tiles
  int overlap = 128;                           ///< px; that neighbouring tiles have in common at least
  bool fixed_tile = false;                     ///< the network takes tiles of that size only
  std::array<double, 2> percentile = {1, 99};  ///< of brightness, which become 0 and 1
  bool scaled = true;                          ///< off: samples go to the network as they are
  int classes = 3;                             ///< planes of the output
  int background = 0;                          ///< the class of what belongs to no object
  int interior = 1;                            ///< the class of the insides of objects
  bool softmax = true;                         ///< the output is logits; off: it is probabilities
};

struct Options {
  int channel = 0;                                    ///< 0: the mean of all; n: the n-th
  std::optional<std::array<double, 2>> percentile{};  ///< in place of the model's
  bool invert = false;                ///< dark objects on bright ground, where the model knows bright ones
  double interior_threshold = 0.6;    ///< probability above which a pixel is the inside of an object
  double foreground_threshold = 0.5;  ///< probability above which a pixel belongs to an object
  bool watershed = true;              ///< objects grow from their insides; off: each piece of foreground is one
  int min_size = 15;                  ///< px; smaller objects are dropped; -1: none is
  bool exclude_on_edges = false;      ///< drops objects that touch the image's border
};

}  // namespace intelliclinix::unet
