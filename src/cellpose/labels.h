// From the ends of the pixels to a label image, and operations on all labels at once.
#pragma once

#include <cstdint>
#include <vector>

#include "cellpose/flow_field.h"
#include "image/image.h"

namespace intelliclinix::cellpose {

/// Labels each pixel of `cells` by the seed that it ended in. Objects of more than `max_size_fraction` of the image
/// are dropped, the rest numbered 1..N.
image::LabelImage LabelByEnds(const CellPixels& cells, int height, int width, double max_size_fraction);

/// Pixels of each label; [0] counts the background.
std::vector<std::uint64_t> CountLabels(const image::LabelImage& labels);

/// Drops the labels whose entry in `keep` is 0 and numbers the others 1..N in increasing order; returns N. Labels
/// are below keep.size(); keep[0] means nothing.
std::uint32_t KeepLabels(const std::vector<std::uint8_t>& keep, image::LabelImage& labels);

/// A number of each object: that of label n is [n - 1]. Empty: not known.
using PerLabel = std::vector<float>;

/// Drops objects of fewer than `min_size` pixels, and labels without pixels; numbers the others 1..N; returns N.
/// `values` go with their objects.
std::uint32_t DropSmall(std::int64_t min_size, image::LabelImage& labels, PerLabel& values);

/// Drops objects that touch the border of the image; numbers the others 1..N; returns N. `values` go with their
/// objects.
std::uint32_t DropOnEdges(image::LabelImage& labels, PerLabel& values);

}  // namespace intelliclinix::cellpose
