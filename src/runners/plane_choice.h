// Which planes of a stack a job is about. Images are segmented in two dimensions.
#pragma once

#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "image/stack.h"
#include "records/dataset.h"
#include "runners/parameter_table.h"

namespace intelliclinix::runners {

/// `plane`, `z_project` and `z`, for the table of any runner that takes single images.
std::vector<Parameter> PlaneParameters();

struct ChosenPlanes {
  std::vector<image::PlaneIndex> planes;  ///< each is segmented on its own; with a projection its z is 0
  image::ZProjection projection = image::ZProjection::kNone;
  bool each = false;  ///< by z "each": results are told apart by their plane
};

/// `resolved`: a runner's parameters, with those of PlaneParameters or without.
/// Errors: kInvalidArgument with the field when a stack leaves the choice open, or the choice is not in it.
Result<ChosenPlanes> ChoosePlanes(const Json& resolved, const records::ImageFacts& image);

}  // namespace intelliclinix::runners
