// The parameter by which clients choose artifacts; a part of every runner's table.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "runners/artifacts/labelling.h"
#include "runners/model_runner.h"
#include "runners/parameter_table.h"

namespace intelliclinix::runners {

/// `outputs`: kinds of artifacts; `flows` among them where the runner's models predict any.
Parameter OutputsParameter(bool has_flows);

/// The kinds that `resolved` parameters, which have `outputs`, ask for.
std::vector<std::string> OutputsOf(const Json& resolved);

/// Whether artifacts of `kinds` are made of flows.
bool TakeFlows(const std::vector<std::string>& kinds);

/// `labels` of an input, with all that is known of the input. What the runner knows beside that, it adds.
Labelling LabellingOf(const RunInput& input, const image::LabelImage& labels);

}  // namespace intelliclinix::runners
