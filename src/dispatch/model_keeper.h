// Imports and removes models, for the command line and the API alike.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "runners/model_catalogue.h"
#include "runners/model_import.h"
#include "runners/runner_registry.h"
#include "store/store.h"

namespace intelliclinix::dispatch {

/// Borrowed by both calls.
struct ModelKeeperParts {
  store::Store& store;
  const runners::RunnerRegistry& registry;
  const runners::ModelCatalogue& catalogue;
  const Clock& clock;
};

/// Checks the files, loads the model and keeps it in the store, from where every process has it within a second or two.
/// Errors: those of CheckImport; kConflict with field "id" for an id that is taken; those of the store. Nothing is left
/// behind then.
Result<runners::Import> ImportModel(const ModelKeeperParts& parts, const runners::ImportRequest& request,
                                    const runners::ImportLimits& limits = {});

/// Takes an imported model away. Errors: kNotFound; kConflict for a model that came with the program, and while an
/// inference that has not ended needs it.
Status RemoveModel(const ModelKeeperParts& parts, const std::string& id);

}  // namespace intelliclinix::dispatch
