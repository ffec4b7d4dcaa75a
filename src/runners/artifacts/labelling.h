// What a runner found in an image, as the writers of all formats take it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/image.h"
#include "records/dataset.h"

namespace intelliclinix::runners {

/// What a network gave for each pixel, where it predicts flows; all of one size.
struct FlowPlanes {
  image::Plane flow_y;
  image::Plane flow_x;
  image::Plane cell_logit;  ///< above 0 where a cell is likelier than not
};

/// What is known of an object beside its pixels, by label: that of label n is [n - 1]. Empty: not known.
struct Confidence {
  std::vector<float> cell_probability;  ///< mean over the object's pixels, 0 to 1
  std::vector<float> flow_error;        ///< how far the object's shape is from what its flows tell; lower is better
};

/// Borrows the images. `source` and `labels` have the same size; label n is the same object in every artifact.
struct Labelling {
  const image::Image& source;
  const image::LabelImage& labels;
  std::string stem;      ///< names of artifacts begin with it
  std::string filename;  ///< of the source, for formats that name it
  std::string identity;  ///< the same for the same labelling of the same file; ids of objects are made from it
  std::optional<records::PixelSizeUm> pixel_size{};
  Confidence confidence{};
  const FlowPlanes* flows = nullptr;  ///< null: there are none
  std::vector<int> channels{};        ///< that were segmented, as Cellpose's GUI counts them
  double diameter = 0;                ///< px; 0: not known
};

}  // namespace intelliclinix::runners
