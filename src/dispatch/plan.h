// What an inference's document asks for, looked up: the strategy pattern's one place of choice.
#pragma once

#include <expected>

#include "base/json.h"
#include "records/inference.h"
#include "records/model_entry.h"
#include "runners/model_catalogue.h"
#include "runners/runner_registry.h"

namespace intelliclinix::dispatch {

/// How to run the images of one inference.
struct Plan {
  runners::ModelRunner& runner;
  const records::ModelEntry& model;
  Json params;  ///< resolved; the document keeps what the client sent
};

/// Chooses the runner by the document's `runner_name`.
/// Errors: the reason why the inference fails: kUnknownRunner for a runner that this process does not have,
/// kRunnerError for a model that it does not have, and for parameters that the runner refuses.
std::expected<Plan, records::InferenceError> MakePlan(const records::Inference& inference,
                                                      const runners::RunnerRegistry& registry,
                                                      const runners::ModelCatalogue& catalogue);

}  // namespace intelliclinix::dispatch
