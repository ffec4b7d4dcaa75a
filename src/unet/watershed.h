// From what the network sees in each pixel to objects.
#pragma once

#include "image/image.h"
#include "unet/network_pass.h"
#include "unet/options.h"

namespace intelliclinix::unet {

/// Objects in the foreground, numbered from 1. With `options.watershed`, each piece of inside (4-connected) is an
/// object, which grows through the foreground, from the surest pixels to the least sure, until it meets another; pieces
/// of foreground without an inside are none. Without, each piece of foreground is an object.
/// Threads: any. The result is the same in each run.
/// Source: Meyer 1994, Topographic distance and watershed lines (flooding from markers).
image::LabelImage FindObjects(const Probabilities& seen, const Options& options);

}  // namespace intelliclinix::unet
