#include "api/datasets.h"

#include "api/errors.h"
#include "api/files_sink.h"
#include "api/job_control.h"
#include "api/request.h"
#include "api/upload_sink.h"
#include "records/json_codec.h"

namespace intelliclinix::api {
namespace {

using UploadStart = std::variant<http::Response, std::unique_ptr<http::BodySink>>;

Json DatasetDocument(const records::Dataset& dataset) {
  Json files = Json::array();
  for (const records::SourceFile& file : dataset.files) files.push_back(records::ToJson(file));
  return {{"_id", dataset.id.ToString()},
          {"name", dataset.name},
          {"owner_id", dataset.owner_id.ToString()},
          {"created_at", FormatTime(dataset.created_at)},
          {"model_id", dataset.model_id},
          {"input_type", dataset.input_type},
          {"files", std::move(files)}};
}

Result<std::unique_ptr<http::BodySink>> OpenUpload(Context& context, const http::Request& head) {
  IC_ASSIGN_OR_RETURN(const records::User user, Authenticate(context, head));
  IC_RETURN_IF_ERROR(CheckQuery(head, {}));
  IC_ASSIGN_OR_RETURN(const std::string boundary, http::MultipartBoundary(head.Header("Content-Type")));
  return std::make_unique<UploadSink>(context, head, user, boundary);
}

UploadStart Upload(Context& context, const http::Request& head) {
  Result<std::unique_ptr<http::BodySink>> sink = OpenUpload(context, head);
  if (!sink) return ErrorResponse(sink.error(), head);
  return *std::move(sink);
}

Result<std::unique_ptr<http::BodySink>> OpenAddition(Context& context, const http::Request& head) {
  IC_ASSIGN_OR_RETURN(const records::User user, Authenticate(context, head));
  IC_RETURN_IF_ERROR(CheckQuery(head, {}));
  IC_ASSIGN_OR_RETURN(const ObjectId id, PathId(head, "id", "dataset"));
  IC_RETURN_IF_ERROR(context.store.GetDataset(user.id, id));
  IC_ASSIGN_OR_RETURN(const std::string boundary, http::MultipartBoundary(head.Header("Content-Type")));
  return std::make_unique<FilesSink>(FilesSink::Parts{context, head, user.id, id}, boundary);
}

UploadStart AddFiles(Context& context, const http::Request& head) {
  Result<std::unique_ptr<http::BodySink>> sink = OpenAddition(context, head);
  if (!sink) return ErrorResponse(sink.error(), head);
  return *std::move(sink);
}

Result<http::Reply> List(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {"limit", "cursor"}));
  IC_ASSIGN_OR_RETURN(const store::PageRequest page, ReadPage(request));
  IC_ASSIGN_OR_RETURN(const auto found, context.store.ListDatasets(user.id, page));
  Json items = Json::array();
  for (const records::Dataset& dataset : found.items) items.push_back(DatasetDocument(dataset));
  return PageResponse(request, items, found.next_after);
}

Result<http::Reply> Get(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  IC_ASSIGN_OR_RETURN(const ObjectId id, PathId(request, "id", "dataset"));
  IC_ASSIGN_OR_RETURN(const records::Dataset dataset, context.store.GetDataset(user.id, id));
  return JsonResponse(200, DatasetDocument(dataset));
}

/// Cancels what is open of a dataset that goes, and returns it.
Result<std::vector<ObjectId>> CancelInferences(Context& context, ObjectId owner, ObjectId dataset) {
  std::vector<ObjectId> open;
  for (const auto status : {records::InferenceStatus::kRunning, records::InferenceStatus::kQueued}) {
    store::PageRequest page{.limit = 1000, .after = {}};
    do {
      IC_ASSIGN_OR_RETURN(const auto found,
                          context.store.ListInferences(
                              owner, {.dataset_id = dataset, .model_id = {}, .status = status, .archived = {}}, page));
      for (const records::Inference& inference : found.items) {
        const Status cancelled = CancelBeforeDeletion(context, owner, inference.id);
        if (!cancelled && cancelled.error().code != ErrorCode::kNotFound) return std::unexpected(cancelled.error());
        open.push_back(inference.id);
      }
      page.after = found.next_after;
    } while (page.after);
  }
  return open;
}

Result<http::Reply> Delete(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  IC_ASSIGN_OR_RETURN(const ObjectId id, PathId(request, "id", "dataset"));
  IC_RETURN_IF_ERROR(context.store.GetDataset(user.id, id));
  IC_ASSIGN_OR_RETURN(const std::vector<ObjectId> open, CancelInferences(context, user.id, id));
  IC_RETURN_IF_ERROR(context.store.DeleteDataset(user.id, id));
  for (const ObjectId inference : open) context.dispatcher.Abandon(inference);
  return JsonResponse(200, {{"message", "Dataset deleted"}});
}

}  // namespace

void AddDatasetRoutes(http::Router& router, Context& context) {
  using Function = Result<http::Reply> (*)(Context&, const http::Request&, const records::User&);
  const auto add = [&](const char* method, const char* pattern, Function function) {
    router.Handle(method, pattern,
                  SignedIn(context, [&context, function](http::Request& request, const records::User& user) {
                    return function(context, request, user);
                  }));
  };
  router.HandleUpload("POST", "/api/datasets/upload", [&context](http::Request& head) { return Upload(context, head); },
                      {.max_body_bytes = context.options.limits.max_upload_bytes});
  router.HandleUpload("POST", "/api/datasets/{id}/files",
                      [&context](http::Request& head) { return AddFiles(context, head); },
                      {.max_body_bytes = context.options.limits.max_upload_bytes});
  add("GET", "/api/datasets", List);
  add("GET", "/api/datasets/{id}", Get);
  add("DELETE", "/api/datasets/{id}", Delete);
}

}  // namespace intelliclinix::api
