#include "api/files.h"

#include "api/request.h"

namespace intelliclinix::api {
namespace {

// Pictures may be shown where they are; anything else is saved, so that no file of a user runs as a page of ours.
std::string Disposition(const store::BlobRecord& blob) {
  const std::string attachment = http::AttachmentDisposition(blob.filename);
  const bool picture = blob.content_type.starts_with("image/") && !blob.content_type.starts_with("image/svg");
  return picture ? "inline" + attachment.substr(attachment.find(';')) : attachment;
}

Result<http::Reply> GetContent(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  IC_ASSIGN_OR_RETURN(const ObjectId id, PathId(request, "id", "file"));
  IC_ASSIGN_OR_RETURN(const store::BlobRecord blob, context.store.GetBlob(user.id, id));
  IC_ASSIGN_OR_RETURN(std::shared_ptr<ByteSource> bytes, context.store.OpenBlob(id));
  http::Response response{.body = std::move(bytes)};
  response.headers.Set("Content-Type", blob.content_type);
  response.headers.Set("Content-Disposition", Disposition(blob));
  response.headers.Set("ETag", "\"" + blob.sha256 + "\"");
  response.headers.Set("Cache-Control", "private, max-age=31536000, immutable");
  return response;
}

}  // namespace

void AddFileRoutes(http::Router& router, Context& context) {
  router.Handle("GET", "/api/files/{id}",
                SignedIn(context, [&context](http::Request& request, const records::User& user) {
                  return GetContent(context, request, user);
                }));
}

}  // namespace intelliclinix::api
