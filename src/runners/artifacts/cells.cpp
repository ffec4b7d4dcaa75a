#include "runners/artifacts/cells.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace intelliclinix::runners {
namespace {

/// Objects that a thread measures before it takes the next ones.
constexpr std::size_t kCellsAtOnce = 32;

/// Sums of the differences from the first value, so that a large offset costs no digits.
struct Sums {
  double first = 0;
  double sum = 0;
  double squares = 0;
  double min = 0;
  double max = 0;
};

void Add(double value, Sums& sums) {
  const double difference = value - sums.first;
  sums.sum += difference;
  sums.squares += difference * difference;
  sums.min = std::min(sums.min, value);
  sums.max = std::max(sums.max, value);
}

Intensity IntensityOf(const Sums& sums, double area) {
  const double mean = sums.sum / area;
  return {.mean = sums.first + mean,
          .min = sums.min,
          .max = sums.max,
          .std = std::sqrt(std::max(0.0, sums.squares / area - mean * mean))};
}

template <typename Sample>
void MeasureChannel(const image::Image& source, const image::RegionMask& mask, int channel, Cell& cell) {
  const image::Region& region = cell.region;
  Sums sums;
  bool begun = false;
  for (int y = 0; y < region.height(); ++y) {
    const std::uint8_t* inside = mask.pixels.data() + mask.index(y + 1, 1);
    const Sample* pixel = source.As<Sample>() +
                          (static_cast<std::size_t>(region.y0 + y) * source.width + region.x0) * source.channels +
                          channel;
    for (int x = 0; x < region.width(); ++x, pixel += source.channels) {
      if (inside[x] == 0) continue;
      const auto value = static_cast<double>(*pixel);
      if (!begun) sums = {.first = value, .min = value, .max = value};
      begun = true;
      Add(value, sums);
    }
  }
  cell.intensities.push_back(IntensityOf(sums, static_cast<double>(region.area)));
}

void MeasureIntensities(const image::Image& source, const image::RegionMask& mask, Cell& cell) {
  cell.intensities.reserve(static_cast<std::size_t>(source.channels));
  for (int channel = 0; channel < source.channels; ++channel) {
    switch (source.type) {
      case image::PixelType::kUint8:
        MeasureChannel<std::uint8_t>(source, mask, channel, cell);
        break;
      case image::PixelType::kUint16:
        MeasureChannel<std::uint16_t>(source, mask, channel, cell);
        break;
      case image::PixelType::kFloat32:
        MeasureChannel<float>(source, mask, channel, cell);
        break;
    }
  }
}

double ValueOf(const std::vector<float>& values, std::uint32_t label) {
  return label <= values.size() ? values[label - 1] : std::numeric_limits<double>::quiet_NaN();
}

void MeasureCell(const Labelling& labelling, const CellNeeds& needs, Cell& cell) {
  const image::Region& region = cell.region;
  cell.touches_edge =
      region.y0 == 0 || region.x0 == 0 || region.y1 == labelling.labels.height || region.x1 == labelling.labels.width;
  cell.cell_probability = ValueOf(labelling.confidence.cell_probability, region.label);
  cell.flow_error = ValueOf(labelling.confidence.flow_error, region.label);
  if (!needs.measures && !needs.polygons && !needs.contours) return;
  const image::RegionMask mask = image::CutMask(labelling.labels, region);
  if (needs.polygons) cell.pieces = image::TracePolygons(mask, region);
  if (needs.contours) cell.contour = image::TraceContour(mask, region);
  if (!needs.measures) return;
  cell.moments = MeasureMoments(mask, region);
  cell.shape = MeasureShape(mask, cell.moments);
  MeasureIntensities(labelling.source, mask, cell);
}

}  // namespace

std::vector<Cell> MeasureCells(const Labelling& labelling, const CellNeeds& needs, ComputePool& pool,
                               const std::stop_token& stop) {
  assert(labelling.source.height == labelling.labels.height && labelling.source.width == labelling.labels.width);
  std::vector<Cell> cells;
  for (const image::Region& region : image::MeasureRegions(labelling.labels)) {
    if (region.area > 0) cells.push_back({.region = region});
  }
  const auto measure = [&](std::size_t chunk) {
    const std::size_t end = std::min(cells.size(), (chunk + 1) * kCellsAtOnce);
    for (std::size_t i = chunk * kCellsAtOnce; i < end; ++i) MeasureCell(labelling, needs, cells[i]);
  };
  pool.ParallelFor((cells.size() + kCellsAtOnce - 1) / kCellsAtOnce, measure, stop);
  return cells;
}

}  // namespace intelliclinix::runners
