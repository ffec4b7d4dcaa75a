#include "api/start.h"

#include "api/errors.h"
#include "base/log.h"

namespace intelliclinix::api {
namespace {

Status CheckImages(const runners::ModelRunner& runner, const records::ModelEntry& model, const Json& resolved,
                   const records::Dataset& dataset, const runners::SourceLimits& limits) {
  for (const records::SourceFile& file : dataset.files) {
    Status fits = runners::CheckRun(runner, model, resolved, file.image, limits);
    if (fits) continue;
    fits.error().message = "'" + file.filename + "': " + fits.error().message;
    return fits;
  }
  return {};
}

}  // namespace

Result<const records::ModelEntry*> FindModel(const Context& context, std::string_view model_id) {
  if (const records::ModelEntry* const model = context.catalogue.Find(model_id)) return model;
  return Fail(ErrorCode::kInvalidArgument,
              "Unknown model_id '" + std::string(model_id) + "'. GET /api/models/ lists those that there are.",
              "model_id");
}

Result<records::Inference> PlanInference(const Context& context, const records::Dataset& dataset, RunRequest run) {
  IC_ASSIGN_OR_RETURN(const records::ModelEntry* const model, FindModel(context, run.model_id));
  if (dataset.files.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "The dataset has no images; choose another.", "dataset_id");
  }
  // A runner that is not registered here is the dispatcher's to report, in the inference itself.
  if (const runners::ModelRunner* const runner = context.registry.Find(model->runner_name)) {
    IC_ASSIGN_OR_RETURN(const Json resolved, runner->Describe().parameters.Resolve(run.params));
    IC_RETURN_IF_ERROR(CheckImages(*runner, *model, resolved, dataset, context.options.source_limits));
  }
  records::Inference inference;
  inference.id = ObjectId::Generate();
  inference.dataset_id = dataset.id;
  inference.owner_id = dataset.owner_id;
  inference.params = std::move(run.params);
  inference.model_id = std::move(run.model_id);
  inference.model_imported = !context.catalogue.Ships(inference.model_id);
  inference.runner_name = model->runner_name;
  inference.images = static_cast<int>(dataset.files.size());
  inference.created_at = context.clock.Now();
  return inference;
}

Result<bool> IsQueueFull(const Context& context, ObjectId owner) {
  const int limit = context.options.limits.max_queued_jobs;
  if (limit == 0) return false;
  IC_ASSIGN_OR_RETURN(const int open, context.store.CountOpenInferences(owner));
  return open >= limit;
}

http::Response QueueFullResponse(const Context& context, const http::Request& request) {
  const std::string limit = std::to_string(context.options.limits.max_queued_jobs);
  return TooManyResponse({ErrorCode::kResourceExhausted,
                          "You have " + limit +
                              " inferences that have not ended, and more are not permitted. Wait until one has ended, "
                              "or cancel one.",
                          ""},
                         std::chrono::seconds(10), request);
}

void DispatchInference(Context& context, ObjectId inference) {
  const Status dispatched = context.dispatcher.Dispatch(inference);
  if (dispatched) return;
  log::Warning("dispatch_failed", {{"inference_id", inference.ToString()}, {"reason", dispatched.error().message}});
}

}  // namespace intelliclinix::api
