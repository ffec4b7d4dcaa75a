#include <cmath>
#include <string>

#include "cellpose/segment.h"

namespace intelliclinix::cellpose {
namespace {

constexpr int kLeastBlock =
    16;  // px; fewer pixels have no percentiles to speak of, and there would be millions of blocks

std::unexpected<Error> Bad(const std::string& field, const std::string& rule) {
  return Fail(ErrorCode::kInvalidArgument, field + " must be " + rule + ".", field);
}

/// NaN is within nothing.
bool Within(double value, double low, double high) { return value >= low && value <= high; }

Status CheckChannels(const Options& options, int channels) {
  for (const int channel : options.channels) {
    if (channel < 0) return Bad("channels", "two numbers of 0 (grey or none), 1, 2 or 3");
    if (channel <= channels) continue;
    return Fail(
        ErrorCode::kInvalidArgument,
        "channels asks for channel " + std::to_string(channel) + ", but the image " +
            (channels == 1 ? "is grey. Choose [0, 0]."
                           : "has " + std::to_string(channels) + ". Choose 0 (grey) or a channel that is there."),
        "channels");
  }
  return {};
}

Status CheckNormalize(const NormalizeOptions& normalize) {
  const auto [low, high] = normalize.percentile;
  if (!(Within(low, 0, 100) && Within(high, 0, 100) && low < high)) {
    return Bad("normalize.percentile", "two numbers of 0 to 100, the first smaller than the second");
  }
  if (normalize.lowhigh) {
    for (const auto& [plane_low, plane_high] : *normalize.lowhigh) {
      if (!(std::isfinite(plane_low) && std::isfinite(plane_high) && plane_low < plane_high)) {
        return Bad("normalize.lowhigh", "[low, high] for each plane, with low smaller than high");
      }
    }
  }
  if (normalize.tile_norm_blocksize != 0 && !Within(normalize.tile_norm_blocksize, kLeastBlock, 100'000)) {
    return Bad("normalize.tile_norm_blocksize", "0 (off) or 16 to 100000 pixels");
  }
  if (!Within(normalize.sharpen_radius, 0, 1000)) return Bad("normalize.sharpen_radius", "0 (off) to 1000 pixels");
  if (!Within(normalize.smooth_radius, 0, 1000)) return Bad("normalize.smooth_radius", "0 (off) to 1000 pixels");
  return {};
}

Status CheckMasks(const Options& options) {
  if (!Within(options.flow_threshold, 0, 1e6)) return Bad("flow_threshold", "0 (no quality control) or more");
  if (!std::isfinite(options.cellprob_threshold)) return Bad("cellprob_threshold", "a number");
  if (options.min_size < -1) return Bad("min_size", "a number of pixels, or -1 to keep all masks");
  if (!Within(options.max_size_fraction, 0, 1)) return Bad("max_size_fraction", "between 0 and 1");
  if (!Within(options.niter, 0, 100'000)) return Bad("niter", "0 (chosen by the diameter) to 100000");
  return {};
}

}  // namespace

Status CheckOptions(const Options& options, int channels) {
  IC_RETURN_IF_ERROR(CheckChannels(options, channels));
  if (options.diameter != 0 && !Within(options.diameter, 1, 10'000)) {
    return Bad("diameter", "0 (estimated) or 1 to 10000 pixels");
  }
  IC_RETURN_IF_ERROR(CheckNormalize(options.normalize));
  IC_RETURN_IF_ERROR(CheckMasks(options));
  if (!Within(options.tile_overlap, 0, 0.5)) return Bad("tile_overlap", "0 to 0.5");
  if (!Within(options.bsize, 64, 1024) || options.bsize % 16 != 0)
    return Bad("bsize", "a multiple of 16 from 64 to 1024");
  return {};
}

}  // namespace intelliclinix::cellpose
