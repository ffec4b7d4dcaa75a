// The begin of an inference: what a client asks for is checked, stored and handed to the dispatcher.
#pragma once

#include <string>
#include <string_view>

#include "api/context.h"
#include "base/json.h"
#include "http/message.h"
#include "records/dataset.h"
#include "records/inference.h"

namespace intelliclinix::api {

/// What to run, on which the catalogue and the runner have a say.
struct RunRequest {
  std::string model_id;
  Json params = Json::object();  ///< as the client sent them
};

/// Errors: kInvalidArgument with field "model_id" for a model that is not in the catalogue.
Result<const records::ModelEntry*> FindModel(const Context& context, std::string_view model_id);

/// A new inference of `dataset`, queued, not stored yet.
/// Errors: kInvalidArgument with field "dataset_id" for a dataset without images, "model_id" for a model that is not in
/// the catalogue, and with the parameter's field for one that the runner does not take, of itself or with one of the
/// images.
Result<records::Inference> PlanInference(const Context& context, const records::Dataset& dataset, RunRequest run);

/// Whether the user has as many open inferences as one may have.
Result<bool> IsQueueFull(const Context& context, ObjectId owner);
/// 429 that says so.
http::Response QueueFullResponse(const Context& context, const http::Request& request);

/// Hands a stored inference to the dispatcher. What fails here is logged and no more: the dispatcher takes up by itself
/// what is stored and has no tasks yet, and fails what names a runner that is not registered.
void DispatchInference(Context& context, ObjectId inference);

}  // namespace intelliclinix::api
