// How long a model takes on this machine.
#pragma once

#include <optional>

#include "base/compute_pool.h"
#include "base/result.h"
#include "records/model_entry.h"
#include "runners/model_runner.h"

namespace intelliclinix::runners {

/// Sides of the image that is timed. Units: px.
inline constexpr int kTimedSide = 224;

/// The time of the network for one tile of kTimedSide on `pool`, the least of `runs`; none where the model does not
/// tell. `params`: those of the runner's table that are not the default. Units: ms.
/// Errors: those of the table and of ModelRunner::Run.
Result<std::optional<double>> TimeOfTile(ModelRunner& runner, const records::ModelEntry& model, Json params,
                                         ComputePool& pool, int runs);

}  // namespace intelliclinix::runners
