#include "api/model_upload.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "api/errors.h"
#include "api/model_form.h"
#include "api/model_json.h"
#include "api/request.h"
#include "base/log.h"
#include "dispatch/model_keeper.h"
#include "http/multipart.h"

namespace intelliclinix::api {
namespace {

constexpr std::size_t kMaxParts = 10;  // one more than can be good, so that the form says by name what is too much
constexpr std::uint64_t kFormBytes = 1ULL << 30;  // the files beside the weights, heads and text fields

using UploadStart = std::variant<http::Response, std::unique_ptr<http::BodySink>>;

dispatch::ModelKeeperParts PartsOf(const Context& context) {
  return {.store = context.store, .registry = context.registry, .catalogue = context.catalogue, .clock = context.clock};
}

/// What whoever is no administrator is told; none for one.
std::optional<http::Response> RefuseOthers(const records::User& user, const http::Request& request) {
  if (user.role == "admin") return std::nullopt;
  return ProblemResponse(403,
                         {ErrorCode::kInvalidArgument,
                          "Only administrators may do this. Ask the operator of the server, who can make you one.",
                          {}},
                         request);
}

http::MultipartCallbacks CallbacksTo(ModelForm& form) {
  return {.on_part = [&form](const http::PartHead& head) { return form.BeginPart(head); },
          .on_data = [&form](std::span<const std::byte> bytes) { return form.Write(bytes); },
          .on_part_end = [&form] { return form.EndPart(); }};
}

/// Cut off or refused, it leaves nothing behind.
class ModelSink final : public http::BodySink {
 public:
  /// `importing`: held while a model is loaded, one at a time in the process. `head` lives as long as this.
  ModelSink(Context& context, const http::Request& head, TemporaryFolder folder, std::shared_ptr<std::mutex> importing,
            std::string_view boundary)
      : context_(context),
        head_(head),
        importing_(std::move(importing)),
        form_(context, std::move(folder)),
        parser_(boundary, CallbacksTo(form_), {.max_parts = kMaxParts}) {}

  Status Write(std::span<const std::byte> bytes) override { return parser_.Write(bytes); }

  http::Reply Finish() override {
    Result<http::Response> response = Import();
    if (!response) return ErrorResponse(response.error(), head_);
    return *std::move(response);
  }

 private:
  Result<http::Response> Import() {
    IC_RETURN_IF_ERROR(parser_.Finish());
    const std::scoped_lock lock(*importing_);
    const std::string& id = form_.request().id;
    IC_ASSIGN_OR_RETURN(const runners::Import done,
                        dispatch::ImportModel(PartsOf(context_), form_.request(),
                                              {.max_weights_bytes = context_.options.limits.max_model_bytes}));
    log::Info("model_imported", {{"model_id", id}, {"request_id", head_.request_id}});
    http::Response response = JsonResponse(201, {{"message", "Model imported: " + done.kind},
                                                 {"model_id", id},
                                                 {"model", DetailedModelJson(context_, done.entry)}});
    response.headers.Set("Location", "/api/models/" + id);
    return response;
  }

  Context& context_;
  const http::Request& head_;
  const std::shared_ptr<std::mutex> importing_;
  ModelForm form_;
  http::MultipartParser parser_;
};

std::string WorkFolder(const Context& context) {
  const std::string& folder = context.options.model_folder;
  return folder.empty() ? std::filesystem::temp_directory_path().string() : folder;
}

Result<UploadStart> Open(Context& context, const http::Request& head, const std::shared_ptr<std::mutex>& importing) {
  IC_ASSIGN_OR_RETURN(const records::User user, Authenticate(context, head));
  IC_RETURN_IF_ERROR(CheckQuery(head, {}));
  if (auto refusal = RefuseOthers(user, head)) return *std::move(refusal);
  IC_ASSIGN_OR_RETURN(const std::string boundary, http::MultipartBoundary(head.Header("Content-Type")));
  IC_ASSIGN_OR_RETURN(TemporaryFolder folder, TemporaryFolder::Make(WorkFolder(context)));
  return std::make_unique<ModelSink>(context, head, std::move(folder), importing, boundary);
}

UploadStart Upload(Context& context, const http::Request& head, const std::shared_ptr<std::mutex>& importing) {
  Result<UploadStart> start = Open(context, head, importing);
  if (!start) return ErrorResponse(start.error(), head);
  return *std::move(start);
}

Result<http::Reply> Remove(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  if (auto refusal = RefuseOthers(user, request)) return *std::move(refusal);
  IC_RETURN_IF_ERROR(ExpectNothing(request));
  const std::string id(request.Param("model_id"));
  IC_RETURN_IF_ERROR(dispatch::RemoveModel(PartsOf(context), id));
  log::Info("model_removed", {{"model_id", id}, {"request_id", request.request_id}});
  return JsonResponse(200, {{"message", "Model removed"}});
}

}  // namespace

void AddModelAdminRoutes(http::Router& router, Context& context) {
  router.HandleUpload("POST", "/api/models",
                      [&context, importing = std::make_shared<std::mutex>()](http::Request& head) {
                        return Upload(context, head, importing);
                      },
                      {.max_body_bytes = context.options.limits.max_model_bytes + kFormBytes});
  router.Handle("DELETE", "/api/models/{model_id}",
                SignedIn(context, [&context](http::Request& request, const records::User& user) {
                  return Remove(context, request, user);
                }));
}

}  // namespace intelliclinix::api
