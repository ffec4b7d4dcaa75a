// What a result can be traced back to.
#pragma once

#include "base/build.h"
#include "base/json.h"
#include "dispatch/plan.h"
#include "runners/model_catalogue.h"

namespace intelliclinix::dispatch {

/// Where and with what an inference was run: {version, build: {commit, compiler}, weights_sha256, model_files: {role:
/// SHA-256}, params, engine, device, precision, host}. The store adds the tasks' timings when it ends the inference.
Json MakeProvenance(const Plan& plan, const runners::ModelCatalogue& catalogue, const Build& build);

/// The same for an inference whose plan cannot be made here any more; `params` are those of the document.
Json MakeProvenance(const Json& params, const Build& build);

}  // namespace intelliclinix::dispatch
