// The objects of a labelling, measured once for all formats.
#pragma once

#include <limits>
#include <stop_token>
#include <string>
#include <vector>

#include "base/compute_pool.h"
#include "image/contours.h"
#include "image/polygons.h"
#include "image/regions.h"
#include "runners/artifacts/labelling.h"
#include "runners/artifacts/shape_measures.h"

namespace intelliclinix::runners {

/// Of one object in one channel, in the source's values.
struct Intensity {
  double mean = 0;
  double min = 0;
  double max = 0;
  double std = 0;  ///< of the object's pixels as all there are
};

/// One object. What is not known is NaN.
struct Cell {
  image::Region region;
  SecondMoments moments{};
  ShapeMeasures shape{};
  std::vector<Intensity> intensities{};  ///< one a channel
  bool touches_edge = false;             ///< of the image
  double cell_probability = std::numeric_limits<double>::quiet_NaN();
  double flow_error = std::numeric_limits<double>::quiet_NaN();
  std::vector<image::Polygon> pieces{};  ///< empty when polygons were not asked for
  image::Contour contour{};              ///< likewise
};

/// Which of the costly parts of a Cell are needed.
struct CellNeeds {
  bool measures = false;
  bool polygons = false;
  bool contours = false;
};

/// The objects that have pixels, in the order of their labels. Fewer than all after `stop`.
std::vector<Cell> MeasureCells(const Labelling& labelling, const CellNeeds& needs, ComputePool& pool,
                               const std::stop_token& stop);

/// A number of each object, in the order of the CSV's columns.
struct Column {
  std::string name;
  double (*value)(const Cell& cell, const Column& column);  ///< NaN: not known
  int index = 0;                                            ///< of the edge, the axis or the channel
  records::PixelSizeUm pixel_size{};
};

/// Named as in scikit-image's `regionprops_table`; lengths in px, and in µm where the pixel size is known.
/// The label and the box are not among them.
std::vector<Column> MeasurementColumns(const Labelling& labelling);

}  // namespace intelliclinix::runners
