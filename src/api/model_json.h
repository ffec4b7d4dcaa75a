// Models as clients see them.
#pragma once

#include "api/context.h"
#include "base/json.h"
#include "records/model_entry.h"

namespace intelliclinix::api {

/// A model as lists have it. `params` is null where this server has no runner for it: it is shown, so that people see
/// why their inferences fail, but what it would take is not known.
Json ModelJson(const Context& context, const records::ModelEntry& model);

/// The same with its licence's text, its weights, what computes it, what it takes, and its self-test.
Json DetailedModelJson(const Context& context, const records::ModelEntry& model);

}  // namespace intelliclinix::api
