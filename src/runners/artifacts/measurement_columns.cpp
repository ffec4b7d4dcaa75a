#include <cmath>
#include <numbers>
#include <utility>

#include "runners/artifacts/cells.h"

namespace intelliclinix::runners {
namespace {

/// Pixels count as square when their sides differ by less than this share.
constexpr double kSquare = 1e-6;

double Area(const Cell& cell) { return static_cast<double>(cell.region.area); }
double BoxArea(const Cell& cell) { return static_cast<double>(cell.region.height()) * cell.region.width(); }
double DiameterOf(double area) { return std::sqrt(4 * area / std::numbers::pi); }

SecondMoments Scaled(const SecondMoments& moments, const records::PixelSizeUm& size) {
  return {moments.yy * size.y * size.y, moments.yx * size.y * size.x, moments.xx * size.x * size.x};
}

double AreaInMicrometres(const Cell& cell, const records::PixelSizeUm& size) { return Area(cell) * size.y * size.x; }

void AddShape(std::vector<Column>& columns) {
  const std::pair<const char*, double (*)(const Cell&, const Column&)> shape[] = {
      {"area", [](const Cell& cell, const Column&) { return Area(cell); }},
      {"centroid-0", [](const Cell& cell, const Column&) { return cell.region.centroid_y; }},
      {"centroid-1", [](const Cell& cell, const Column&) { return cell.region.centroid_x; }},
      {"equivalent_diameter_area", [](const Cell& cell, const Column&) { return DiameterOf(Area(cell)); }},
      {"axis_major_length", [](const Cell& cell, const Column&) { return cell.shape.axis_major_length; }},
      {"axis_minor_length", [](const Cell& cell, const Column&) { return cell.shape.axis_minor_length; }},
      {"eccentricity", [](const Cell& cell, const Column&) { return cell.shape.eccentricity; }},
      {"orientation", [](const Cell& cell, const Column&) { return cell.shape.orientation; }},
      {"perimeter", [](const Cell& cell, const Column&) { return cell.shape.perimeter; }},
      {"area_convex", [](const Cell& cell, const Column&) { return cell.shape.area_convex; }},
      {"solidity", [](const Cell& cell, const Column&) { return Area(cell) / cell.shape.area_convex; }},
      {"extent", [](const Cell& cell, const Column&) { return Area(cell) / BoxArea(cell); }},
      {"feret_diameter_max", [](const Cell& cell, const Column&) { return cell.shape.feret_diameter_max; }},
  };
  for (const auto& [name, value] : shape) columns.push_back({.name = name, .value = value});
}

/// scikit-image puts no number behind an intensity of the only channel.
void AddIntensities(int channels, std::vector<Column>& columns) {
  const std::pair<const char*, double (*)(const Cell&, const Column&)> intensities[] = {
      {"intensity_mean", [](const Cell& cell, const Column& column) { return cell.intensities[column.index].mean; }},
      {"intensity_min", [](const Cell& cell, const Column& column) { return cell.intensities[column.index].min; }},
      {"intensity_max", [](const Cell& cell, const Column& column) { return cell.intensities[column.index].max; }},
      {"intensity_std", [](const Cell& cell, const Column& column) { return cell.intensities[column.index].std; }},
  };
  for (const auto& [name, value] : intensities) {
    for (int channel = 0; channel < channels; ++channel) {
      const std::string suffix = channels > 1 ? "-" + std::to_string(channel) : "";
      columns.push_back({.name = name + suffix, .value = value, .index = channel});
    }
  }
}

void AddConfidence(const Confidence& confidence, std::vector<Column>& columns) {
  columns.push_back(
      {.name = "touches_edge", .value = [](const Cell& cell, const Column&) { return cell.touches_edge ? 1.0 : 0.0; }});
  if (!confidence.cell_probability.empty()) {
    columns.push_back(
        {.name = "cell_probability", .value = [](const Cell& cell, const Column&) { return cell.cell_probability; }});
  }
  if (!confidence.flow_error.empty()) {
    columns.push_back({.name = "flow_error", .value = [](const Cell& cell, const Column&) { return cell.flow_error; }});
  }
}

/// Perimeter and Feret diameter have no meaning of their own where pixels are not square.
void AddMicrometres(const records::PixelSizeUm& size, std::vector<Column>& columns) {
  using Value = double (*)(const Cell&, const Column&);
  const std::pair<const char*, Value> always[] = {
      {"area_um2", [](const Cell& cell, const Column& column) { return AreaInMicrometres(cell, column.pixel_size); }},
      {"centroid-0_um",
       [](const Cell& cell, const Column& column) { return cell.region.centroid_y * column.pixel_size.y; }},
      {"centroid-1_um",
       [](const Cell& cell, const Column& column) { return cell.region.centroid_x * column.pixel_size.x; }},
      {"equivalent_diameter_area_um",
       [](const Cell& cell, const Column& column) { return DiameterOf(AreaInMicrometres(cell, column.pixel_size)); }},
      {"axis_major_length_um",
       [](const Cell& cell, const Column& column) { return AxesOf(Scaled(cell.moments, column.pixel_size)).major; }},
      {"axis_minor_length_um",
       [](const Cell& cell, const Column& column) { return AxesOf(Scaled(cell.moments, column.pixel_size)).minor; }},
  };
  const std::pair<const char*, Value> square_only[] = {
      {"perimeter_um",
       [](const Cell& cell, const Column& column) { return cell.shape.perimeter * column.pixel_size.x; }},
      {"feret_diameter_max_um",
       [](const Cell& cell, const Column& column) { return cell.shape.feret_diameter_max * column.pixel_size.x; }},
  };
  for (const auto& [name, value] : always) columns.push_back({.name = name, .value = value, .pixel_size = size});
  if (std::abs(size.y - size.x) > kSquare * size.x) return;
  for (const auto& [name, value] : square_only) columns.push_back({.name = name, .value = value, .pixel_size = size});
}

}  // namespace

std::vector<Column> MeasurementColumns(const Labelling& labelling) {
  std::vector<Column> columns;
  AddShape(columns);
  AddIntensities(labelling.source.channels, columns);
  AddConfidence(labelling.confidence, columns);
  if (labelling.pixel_size) AddMicrometres(*labelling.pixel_size, columns);
  return columns;
}

}  // namespace intelliclinix::runners
