// The plain reading of classes of pixels, which the watershed must not be worse than.
#pragma once

#include "image/image.h"
#include "unet/network_pass.h"
#include "unet/options.h"

namespace intelliclinix::unet::reference {

/// Each piece of inside is an object; a pixel of the foreground joins the nearest one within 6 px, if any.
image::LabelImage NearestSeed(const Probabilities& seen, const Options& options);

}  // namespace intelliclinix::unet::reference
