#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>
#include <utility>

#include "base/byte_source.h"
#include "records/artifact.h"
#include "runners/artifacts/artifacts.h"
#include "runners/artifacts/shape_measures.h"

namespace intelliclinix::runners {
namespace {

/// Of one object in one channel.
struct Intensity {
  double sum = 0;
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
};

/// [region * channels + channel].
template <typename Sample>
std::vector<Intensity> MeasureIntensities(const Labelling& labelling, std::size_t regions) {
  const auto channels = static_cast<std::size_t>(labelling.source.channels);
  std::vector<Intensity> intensities(regions * channels);
  const std::vector<std::uint32_t>& labels = labelling.labels.labels;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == 0) continue;
    const Sample* const pixel = labelling.source.As<Sample>() + i * channels;
    for (std::size_t channel = 0; channel < channels; ++channel) {
      Intensity& intensity = intensities[(labels[i] - 1) * channels + channel];
      const auto value = static_cast<double>(pixel[channel]);
      intensity.sum += value;
      intensity.min = std::min(intensity.min, value);
      intensity.max = std::max(intensity.max, value);
    }
  }
  return intensities;
}

std::vector<Intensity> MeasureIntensities(const Labelling& labelling, std::size_t regions) {
  switch (labelling.source.type) {
    case image::PixelType::kUint8:
      return MeasureIntensities<std::uint8_t>(labelling, regions);
    case image::PixelType::kUint16:
      return MeasureIntensities<std::uint16_t>(labelling, regions);
    case image::PixelType::kFloat32:
      break;
  }
  return MeasureIntensities<float>(labelling, regions);
}

/// Numbers as short as they read back the same.
class CsvRow {
 public:
  void Add(double number) {
    char digits[32];
    if (!text_.empty()) text_ += ',';
    text_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
  }
  std::string Take() && { return std::move(text_) + "\n"; }

 private:
  std::string text_;
};

/// The columns of scikit-image's `regionprops_table`: with one channel no number is put behind an intensity.
std::string HeaderRow(int channels) {
  std::string row =
      "label,area,bbox-0,bbox-1,bbox-2,bbox-3,centroid-0,centroid-1,equivalent_diameter_area,axis_major_length,"
      "axis_minor_length,eccentricity,orientation,perimeter";
  for (const char* name : {"intensity_mean", "intensity_min", "intensity_max"}) {
    for (int channel = 0; channel < channels; ++channel) {
      row += std::string(",") + name + (channels > 1 ? "-" + std::to_string(channel) : "");
    }
  }
  return row + "\n";
}

std::string RegionRow(const image::Region& region, const ShapeMeasures& shape, std::span<const Intensity> intensities) {
  const auto area = static_cast<double>(region.area);
  CsvRow row;
  row.Add(region.label);
  row.Add(area);
  for (const int edge : {region.y0, region.x0, region.y1, region.x1}) row.Add(edge);
  row.Add(region.centroid_y);
  row.Add(region.centroid_x);
  row.Add(std::sqrt(4 * area / std::numbers::pi));
  row.Add(shape.axis_major_length);
  row.Add(shape.axis_minor_length);
  row.Add(shape.eccentricity);
  row.Add(shape.orientation);
  row.Add(shape.perimeter);
  for (const Intensity& intensity : intensities) row.Add(intensity.sum / area);
  for (const Intensity& intensity : intensities) row.Add(intensity.min);
  for (const Intensity& intensity : intensities) row.Add(intensity.max);
  return std::move(row).Take();
}

}  // namespace

Result<ArtifactBytes> MakeMeasurements(const Labelling& labelling) {
  const std::vector<image::Region> regions = image::MeasureRegions(labelling.labels);
  const std::vector<ShapeMeasures> shapes = MeasureShapes(labelling.labels, regions);
  const std::vector<Intensity> intensities = MeasureIntensities(labelling, regions.size());
  const auto channels = static_cast<std::size_t>(labelling.source.channels);
  std::string text = HeaderRow(labelling.source.channels);
  for (std::size_t i = 0; i < regions.size(); ++i) {
    if (regions[i].area == 0) continue;
    text += RegionRow(regions[i], shapes[i], std::span(intensities).subspan(i * channels, channels));
  }
  const std::span<const std::byte> bytes = AsBytes(text);
  return ArtifactBytes{.kind = std::string(records::artifact_kind::kMeasurements),
                       .filename = labelling.stem + "_measurements.csv",
                       .content_type = "text/csv",
                       .bytes = {bytes.begin(), bytes.end()}};
}

}  // namespace intelliclinix::runners
