#include "unet/segment.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "cellpose/diameter.h"
#include "cellpose/fill_holes.h"
#include "cellpose/normalize.h"
#include "cellpose/planes.h"
#include "cellpose/stage_clock.h"
#include "cellpose/stopped.h"
#include "image/regions.h"
#include "unet/watershed.h"

namespace intelliclinix::unet {
namespace {

constexpr std::size_t kMostPixels = 1'000'000'000;

std::unexpected<Error> Bad(const std::string& field, const std::string& rule) {
  return Fail(ErrorCode::kInvalidArgument, field + " must be " + rule + ".", field);
}

/// NaN is within nothing.
bool IsShare(double value) { return value >= 0 && value <= 1; }

/// The planes that the network sees, before they are scaled.
Result<std::vector<image::Plane>> TakeInput(const Reading& reading, const image::Image& source, int channel) {
  std::vector<image::Plane> planes;
  if (reading.channels == 1) {
    planes.push_back(cellpose::TakePlanes(source, {channel, 0}).segment);
    return planes;
  }
  if (source.channels != 1 && source.channels < reading.channels) {
    return Fail(ErrorCode::kInvalidArgument,
                "The model takes " + std::to_string(reading.channels) + " colours, and the image has " +
                    std::to_string(source.channels) + " channels. Choose another model.",
                "channel");
  }
  for (int i = 0; i < reading.channels; ++i) {
    planes.push_back(cellpose::TakePlanes(source, {source.channels == 1 ? 0 : i + 1, 0}).segment);
  }
  return planes;
}

bool IsFlat(const image::Plane& plane) {
  const auto [least, most] = std::ranges::minmax_element(plane.values);
  return *least == *most;
}

Status ScalePlanes(const Reading& reading, const Options& options, const PassContext& context,
                   std::vector<image::Plane>& planes) {
  if (!reading.scaled) return {};
  for (image::Plane& plane : planes) {
    if (IsFlat(plane)) {
      std::ranges::fill(plane.values, 0.0F);  // there is nothing to scale, and the network knows 0 to 1
      continue;
    }
    cellpose::Planes one{.segment = std::move(plane), .nucleus = {}};
    IC_RETURN_IF_ERROR(cellpose::NormalizePlanes(
        one, {.percentile = options.percentile.value_or(reading.percentile), .lowhigh = {}, .invert = options.invert},
        context.pool, context.stop));
    plane = std::move(one.segment);
  }
  return {};
}

/// The mean over each object.
cellpose::PerLabel MeansOf(const image::Plane& plane, const image::LabelImage& labels, std::uint32_t objects) {
  std::vector<double> sums(static_cast<std::size_t>(objects) + 1, 0.0);
  std::vector<std::uint64_t> counts(sums.size(), 0);
  for (std::size_t i = 0; i < labels.labels.size(); ++i) {
    sums[labels.labels[i]] += static_cast<double>(plane.values[i]);
    ++counts[labels.labels[i]];
  }
  cellpose::PerLabel means;
  for (std::size_t label = 1; label < sums.size(); ++label) {
    means.push_back(static_cast<float>(sums[label] / static_cast<double>(std::max<std::uint64_t>(1, counts[label]))));
  }
  return means;
}

/// Holes, sizes, the border.
std::uint32_t TidyObjects(const Options& options, image::LabelImage& labels) {
  cellpose::PerLabel none;
  cellpose::FillHoles(labels);
  const std::uint32_t objects = cellpose::DropSmall(options.min_size, labels, none);
  return options.exclude_on_edges ? cellpose::DropOnEdges(labels, none) : objects;
}

}  // namespace

Status CheckOptions(const Options& options, int channels) {
  if (options.channel < 0 || options.channel > std::max(1, channels)) {
    return Bad("channel", "0 (the mean of all) or a channel that the image has, 1 to " + std::to_string(channels));
  }
  if (options.percentile) {
    const auto [low, high] = *options.percentile;
    if (!(low >= 0 && high <= 100 && low < high)) {
      return Bad("percentile", "two numbers of 0 to 100, the first smaller than the second");
    }
  }
  if (!IsShare(options.interior_threshold)) return Bad("interior_threshold", "between 0 and 1");
  if (!IsShare(options.foreground_threshold)) return Bad("foreground_threshold", "between 0 and 1");
  if (options.min_size < -1) return Bad("min_size", "a number of pixels, or -1 to keep all objects");
  return {};
}

Result<Segmentation> Segment(const Model& model, const image::Image& source, const Options& options,
                             const PassContext& context) {
  IC_RETURN_IF_ERROR(CheckOptions(options, source.channels));
  if (source.pixel_count() == 0) return Fail(ErrorCode::kInvalidArgument, "The image has no pixels.");
  if (source.pixel_count() > kMostPixels) return Fail(ErrorCode::kTooLarge, "The image is too large. Cut it.");
  cellpose::StageClock clock;
  Segmentation result;
  IC_ASSIGN_OR_RETURN(std::vector<image::Plane> planes, TakeInput(model.reading, source, options.channel));
  const bool flat = std::ranges::all_of(planes, IsFlat);
  if (flat) result.warnings.emplace_back("All pixels of the channel to segment have the same value.");
  IC_RETURN_IF_ERROR(ScalePlanes(model.reading, options, context, planes));
  clock.End("normalize");
  IC_ASSIGN_OR_RETURN(const Probabilities seen, RunNetwork(model, planes, context));
  planes.clear();
  clock.End("network");
  result.labels = FindObjects(seen, options);
  clock.End("watershed");
  IC_RETURN_IF_ERROR(cellpose::CheckStop(context.stop));
  result.objects = TidyObjects(options, result.labels);
  result.cell_probability = MeansOf(seen.foreground, result.labels, result.objects);
  result.diameter = cellpose::MedianDiameter(result.labels);
  if (result.objects == 0) {
    result.warnings.emplace_back(
        "No cells were found. Check the channel, or lower interior_threshold, foreground_threshold or min_size.");
  }
  clock.End("masks");
  result.timings = clock.times();
  return result;
}

}  // namespace intelliclinix::unet
