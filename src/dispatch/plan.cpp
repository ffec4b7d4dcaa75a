#include "dispatch/plan.h"

#include <string>
#include <utility>

namespace intelliclinix::dispatch {
namespace {

std::unexpected<records::InferenceError> Refuse(std::string_view code, std::string detail) {
  return std::unexpected(records::InferenceError{std::string(code), std::move(detail)});
}

}  // namespace

std::expected<Plan, records::InferenceError> MakePlan(const records::Inference& inference,
                                                      const runners::RunnerRegistry& registry,
                                                      const runners::ModelCatalogue& catalogue) {
  runners::ModelRunner* const runner = registry.Find(inference.runner_name);
  if (runner == nullptr) {
    return Refuse(records::error_code::kUnknownRunner,
                  "This server has no runner named '" + inference.runner_name + "', which the model '" +
                      inference.model_id + "' needs. Choose another model, or ask for a server that has the runner.");
  }
  const records::ModelEntry* const model = catalogue.Find(inference.model_id);
  if (model == nullptr) {
    return Refuse(records::error_code::kRunnerError, "This server no longer has the model '" + inference.model_id +
                                                         "'. Start the inference again with another model.");
  }
  Result<Json> params = runner->Describe().parameters.Resolve(inference.params);
  if (!params) {
    return Refuse(records::error_code::kRunnerError, "The runner '" + inference.runner_name +
                                                         "' does not take these parameters: " + params.error().message);
  }
  return Plan{*runner, *model, *std::move(params)};
}

}  // namespace intelliclinix::dispatch
