#include "api/corrections.h"

#include <memory>
#include <mutex>

#include "api/correction_sink.h"
#include "api/errors.h"
#include "api/request.h"
#include "records/json_codec.h"

namespace intelliclinix::api {
namespace {

constexpr std::string_view kPattern = "/api/inferences/{id}/corrections";

using UploadStart = std::variant<http::Response, std::unique_ptr<http::BodySink>>;
using Mutex = std::shared_ptr<std::mutex>;

Result<std::unique_ptr<http::BodySink>> Open(Context& context, const http::Request& head, const Mutex& scoring) {
  IC_ASSIGN_OR_RETURN(const records::User user, Authenticate(context, head));
  IC_RETURN_IF_ERROR(CheckQuery(head, {}));
  IC_ASSIGN_OR_RETURN(const ObjectId id, PathId(head, "id", "inference"));
  IC_ASSIGN_OR_RETURN(records::Inference inference, context.store.GetInference(user.id, id));
  if (inference.status != records::InferenceStatus::kCompleted) {
    return Fail(ErrorCode::kConflict, "The inference is " + std::string(records::StatusName(inference.status)) +
                                          "; only the labels of one that is completed can be corrected.");
  }
  IC_ASSIGN_OR_RETURN(const std::string boundary, http::MultipartBoundary(head.Header("Content-Type")));
  return std::make_unique<CorrectionSink>(CorrectionSink::Parts{context, head, std::move(inference), scoring},
                                          boundary);
}

UploadStart Upload(Context& context, const http::Request& head, const Mutex& scoring) {
  Result<std::unique_ptr<http::BodySink>> sink = Open(context, head, scoring);
  if (!sink) return ErrorResponse(sink.error(), head);
  return *std::move(sink);
}

Result<http::Reply> List(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {"limit", "cursor"}));
  IC_ASSIGN_OR_RETURN(const ObjectId id, PathId(request, "id", "inference"));
  IC_ASSIGN_OR_RETURN(const store::PageRequest page, ReadPage(request));
  IC_ASSIGN_OR_RETURN(const auto found, context.store.ListCorrections(user.id, id, page));
  Json items = Json::array();
  for (const records::Correction& correction : found.items) items.push_back(records::ToJson(correction));
  return PageResponse(request, items, found.next_after);
}

}  // namespace

void AddCorrectionRoutes(http::Router& router, Context& context) {
  constexpr std::uint64_t kFormBytes = 64 << 10;  // heads and text fields
  router.HandleUpload("POST", std::string(kPattern),
                      [&context, scoring = std::make_shared<std::mutex>()](http::Request& head) {
                        return Upload(context, head, scoring);
                      },
                      {.max_body_bytes = context.options.limits.max_file_bytes + kFormBytes});
  router.Handle("GET", std::string(kPattern),
                SignedIn(context, [&context](http::Request& request, const records::User& user) {
                  return List(context, request, user);
                }));
}

}  // namespace intelliclinix::api
