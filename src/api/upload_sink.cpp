#include "api/upload_sink.h"

#include "api/errors.h"
#include "base/log.h"

namespace intelliclinix::api {
namespace {

constexpr std::size_t kMaxTextParts = 4;

http::MultipartCallbacks CallbacksTo(UploadForm& form) {
  return {.on_part = [&form](const http::PartHead& head) { return form.BeginPart(head); },
          .on_data = [&form](std::span<const std::byte> bytes) { return form.Write(bytes); },
          .on_part_end = [&form] { return form.EndPart(); }};
}

}  // namespace

UploadSink::UploadSink(Context& context, const http::Request& head, const records::User& user,
                       std::string_view boundary)
    : context_(context),
      head_(head),
      owner_(user.id),
      intake_(context.store, context.options, user.id),
      form_(context, intake_),
      // One part more than can be good, so that the form says by name what is too much.
      parser_(boundary, CallbacksTo(form_), {.max_parts = context.options.limits.max_files + kMaxTextParts + 1}) {}

http::Reply UploadSink::Finish() {
  Result<http::Response> response = MakeDataset();
  if (!response) return ErrorResponse(response.error(), head_);
  return *std::move(response);
}

Result<http::Response> UploadSink::MakeDataset() {
  IC_RETURN_IF_ERROR(parser_.Finish());
  IC_RETURN_IF_ERROR(form_.CheckComplete());
  const records::Dataset dataset = NewDataset();
  std::optional<records::Inference> inference;
  // Parameters are checked even if nothing is run: who sends them wants to know.
  if (const RunRequest& run = form_.fields().run; !run.model_id.empty()) {
    IC_ASSIGN_OR_RETURN(inference, PlanInference(context_, dataset, run));
  }
  if (!form_.fields().run_inference) inference.reset();
  if (inference) {
    IC_ASSIGN_OR_RETURN(const bool full, IsQueueFull(context_, owner_));
    if (full) return QueueFullResponse(context_, head_);
  }
  IC_RETURN_IF_ERROR(Store(dataset, inference));
  Json body = {{"message", "Dataset uploaded"}, {"dataset_id", dataset.id.ToString()}};
  if (inference) {
    DispatchInference(context_, inference->id);
    body["inference_id"] = inference->id.ToString();
  }
  http::Response response = JsonResponse(201, body);
  response.headers.Set("Location", "/api/datasets/" + dataset.id.ToString());
  return response;
}

records::Dataset UploadSink::NewDataset() const {
  records::Dataset dataset;
  dataset.id = ObjectId::Generate();
  dataset.owner_id = owner_;
  dataset.name = form_.fields().name;
  dataset.model_id = form_.fields().run.model_id;
  dataset.created_at = context_.clock.Now();
  dataset.files = intake_.files();
  return dataset;
}

Status UploadSink::Store(const records::Dataset& dataset, const std::optional<records::Inference>& inference) {
  const Status stored = context_.store.InsertDataset(dataset);
  // A store that did not answer may have the dataset all the same: its images stay, and are swept if it has not.
  if (stored || stored.error().code == ErrorCode::kUnavailable) intake_.Release();
  if (!stored || !inference) return stored;
  const Status inserted = context_.store.InsertInference(*inference);
  if (inserted) return {};
  if (const Status deleted = context_.store.DeleteDataset(owner_, dataset.id); !deleted) {
    log::Error("dataset_left_behind", {{"dataset_id", dataset.id.ToString()}, {"reason", deleted.error().message}});
  }
  return inserted;
}

}  // namespace intelliclinix::api
