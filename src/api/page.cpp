#include "api/page.h"

#include <algorithm>
#include <memory>
#include <string>

#include "api/request.h"
#include "base/byte_source.h"
#include "http/content_coding.h"

namespace intelliclinix::api {
namespace {

// Nothing from elsewhere, no script but the page's own files, and no frame around it. Pictures that the page makes
// itself are blobs, and so is the worker that its bundler makes of a module.
constexpr const char* kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "font-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

http::Response Answer(const PageFile& file, const http::Request& request) {
  const bool compressed = !file.gzip.empty() && http::AcceptsGzip(request.Header("Accept-Encoding"));
  http::Response response{.body = std::make_shared<MemorySource>(compressed ? file.gzip : file.bytes)};
  http::Headers& headers = response.headers;
  headers.Set("Content-Type", std::string(file.content_type));
  headers.Set("ETag", "\"" + std::string(file.version) + (compressed ? "-gzip\"" : "\""));
  if (!file.gzip.empty()) headers.Set("Vary", "Accept-Encoding");
  if (compressed) headers.Set("Content-Encoding", "gzip");
  const bool immutable = file.path.starts_with("/assets/");
  headers.Set("Cache-Control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
  headers.Set("Content-Security-Policy", kContentPolicy);
  return response;
}

Result<http::Reply> Find(std::span<const PageFile> files, std::string_view path, const http::Request& request) {
  const auto found = std::ranges::find(files, path, &PageFile::path);
  if (found == files.end()) {
    return Fail(ErrorCode::kNotFound, "The web page has no such file. Load the page again: the server may be newer.");
  }
  return Answer(*found, request);
}

}  // namespace

void AddPageRoutes(http::Router& router, std::span<const PageFile> files) {
  const auto one = [files](const char* path) {
    return Public([files, path](http::Request& request) { return Find(files, path, request); });
  };
  const auto folder = [files](const char* path) {
    return Public([files, path](http::Request& request) {
      return Find(files, path + std::string(request.Param("name")), request);
    });
  };
  router.Handle("GET", "/", one("/"), {.immediate = true});
  router.Handle("GET", "/favicon.svg", one("/favicon.svg"), {.immediate = true});
  router.Handle("GET", "/assets/{name}", folder("/assets/"), {.immediate = true});
  router.Handle("GET", "/examples/{name}", folder("/examples/"), {.immediate = true});
}

}  // namespace intelliclinix::api
