#include "api/views.h"

#include <array>
#include <charconv>
#include <numeric>

#include "api/errors.h"
#include "api/image_views.h"
#include "api/request.h"
#include "api/view_document.h"
#include "base/gzip.h"
#include "http/content_coding.h"
#include "store/rules.h"

namespace intelliclinix::api {
namespace {

constexpr int kMinThumbnail = 32;
constexpr int kMaxThumbnail = 512;
constexpr int kDefaultThumbnail = 256;

/// A whole number that is not negative.
std::optional<int> ReadNumber(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

Result<int> QueryNumber(const http::Request& request, const char* name, int fallback) {
  const std::optional<std::string_view> text = request.Query(name);
  if (!text) return fallback;
  const std::optional<int> number = ReadNumber(*text);
  if (!number) return Invalid("'" + std::string(name) + "' must be a whole number from 0 on.", name);
  return *number;
}

/// `?z=&t=`.
Result<ViewedPlane> QueryPlane(const http::Request& request) {
  ViewedPlane plane;
  IC_ASSIGN_OR_RETURN(plane.index.t, QueryNumber(request, "t", 0));
  const std::string_view depth = request.Query("z").value_or("0");
  if (depth == "max") {
    plane.projection = image::ZProjection::kMax;
  } else if (depth == "mean") {
    plane.projection = image::ZProjection::kMean;
  } else if (const std::optional<int> z = ReadNumber(depth)) {
    plane.index.z = *z;
  } else {
    return Invalid("'z' must be a whole number from 0 on, or 'max' or 'mean' of all planes in depth.", "z");
  }
  return plane;
}

/// `?channels=0,2`; empty: all.
Result<std::vector<int>> QueryChannels(const http::Request& request) {
  std::vector<int> channels;
  std::string_view list = request.Query("channels").value_or("");
  while (!list.empty()) {
    const std::string_view item = list.substr(0, list.find(','));
    const std::optional<int> channel = ReadNumber(item);
    const bool last = item.size() == list.size();
    if (!channel || std::ranges::find(channels, *channel) != channels.end() || item.size() + 1 == list.size()) {
      return Invalid("'channels' must be numbers from 0 on with commas between them, each once, as in '0,2'.",
                     "channels");
    }
    channels.push_back(*channel);
    list.remove_prefix(last ? list.size() : item.size() + 1);
  }
  return channels;
}

/// `{level}/{x}/{y}` of the path; what is no number is not there. Errors: kNotFound.
Result<image::TileIndex> PathTile(const http::Request& request) {
  const std::optional<int> level = ReadNumber(request.Param("level"));
  const std::optional<int> x = ReadNumber(request.Param("x"));
  const std::optional<int> y = ReadNumber(request.Param("y"));
  if (!level || !x || !y) return store::NotFound("tile");
  return image::TileIndex{*level, *x, *y};
}

/// A file of the user, and what makes its answers differ from those of other files.
struct Asked {
  ViewedFile file;
  std::string sha256;
};

Result<Asked> FindFile(Context& context, const http::Request& request, const records::User& user) {
  IC_ASSIGN_OR_RETURN(const ObjectId id, PathId(request, "id", "file"));
  IC_ASSIGN_OR_RETURN(const store::BlobRecord blob, context.store.GetBlob(user.id, id));
  return Asked{{.id = id, .owner = user.id, .may_be_labels = blob.inference_id.has_value()}, blob.sha256};
}

/// Of an answer that never changes; `what` tells apart what is made of one file.
void MarkImmutable(http::Response& response, const Asked& asked, const std::string& what) {
  response.headers.Set("ETag", "\"" + asked.sha256.substr(0, 32) + "-1-" + what + "\"");
  response.headers.Set("Cache-Control", "private, max-age=31536000, immutable");
}

http::Response Answer(Result<http::Response> response, const http::Request& head) {
  return response ? *std::move(response) : ErrorResponse(response.error(), head);
}

Result<http::Reply> View(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  IC_ASSIGN_OR_RETURN(Asked asked, FindFile(context, request, user));
  IC_ASSIGN_OR_RETURN(const runners::ViewFacts facts, context.views.ReadFacts(asked.file));
  // The contrast is that of the plane in the middle, which shows most.
  const ViewedPlane plane{.index = {.z = facts.facts.depth / 2, .t = 0}};
  return http::Deferred{[&context, asked, plane, head = HeadOf(request)](http::Send send) {
    context.views.Open(asked.file, plane,
                       [asked, head, send = std::move(send)](const Result<ImageViews::Views::Shared>& view) mutable {
                         if (!view) return send(ErrorResponse(view.error(), head));
                         http::Response response = JsonResponse(200, ViewDocument(**view));
                         MarkImmutable(response, asked, "view");
                         send(std::move(response));
                       });
  }};
}

/// One tile that is asked for.
struct TileRequest {
  Asked asked;
  image::TileIndex tile;
  ViewedPlane plane;
  std::vector<int> channels;
  bool gzip = false;

  std::string Name() const {
    std::string name;
    for (const int part : {tile.level, tile.x, tile.y}) name += std::to_string(part) + "-";
    name += plane.Name() + "-";
    for (const int channel : channels) name += std::to_string(channel) + ".";
    return name + (gzip ? "gzip" : "");
  }
};

Result<http::Response> AnswerTile(TileRequest& request, const runners::ImageView& view) {
  if (request.channels.empty()) {
    request.channels.resize(static_cast<std::size_t>(view.channel_count()));
    std::iota(request.channels.begin(), request.channels.end(), 0);
  }
  if (std::ranges::max(request.channels) >= view.channel_count()) {
    return Invalid(
        "'channels' has a channel that is not there: the image has " + std::to_string(view.channel_count()) + ".",
        "channels");
  }
  IC_ASSIGN_OR_RETURN(const std::vector<std::byte> samples, view.ReadTile(request.tile, request.channels));
  http::Response response{.body = request.gzip
                                      ? Gzip(samples)
                                      : std::string(reinterpret_cast<const char*>(samples.data()), samples.size())};
  response.headers.Set("Content-Type", "application/octet-stream");
  response.headers.Set("Vary", "Accept-Encoding");
  if (request.gzip) response.headers.Set("Content-Encoding", "gzip");
  MarkImmutable(response, request.asked, request.Name());
  return response;
}

Result<http::Reply> Tile(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {"channels", "z", "t"}));
  TileRequest tile;
  IC_ASSIGN_OR_RETURN(tile.plane, QueryPlane(request));
  IC_ASSIGN_OR_RETURN(tile.channels, QueryChannels(request));
  IC_ASSIGN_OR_RETURN(tile.asked, FindFile(context, request, user));
  IC_ASSIGN_OR_RETURN(tile.tile, PathTile(request));
  tile.gzip = http::AcceptsGzip(request.Header("Accept-Encoding"));
  return http::Deferred{[&context, tile, head = HeadOf(request)](http::Send send) {
    context.views.Open(tile.asked.file, tile.plane,
                       [tile, head, send = std::move(send)](const Result<ImageViews::Views::Shared>& view) mutable {
                         if (!view) return send(ErrorResponse(view.error(), head));
                         send(Answer(AnswerTile(tile, **view), head));
                       });
  }};
}

Result<http::Reply> Thumbnail(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {"size"}));
  IC_ASSIGN_OR_RETURN(const int side, QueryNumber(request, "size", kDefaultThumbnail));
  if (side < kMinThumbnail || side > kMaxThumbnail) {
    return Invalid("'size' must be a whole number from 32 to 512.", "size");
  }
  IC_ASSIGN_OR_RETURN(Asked asked, FindFile(context, request, user));
  return http::Deferred{[&context, asked, side, head = HeadOf(request)](http::Send send) {
    context.views.Thumbnail(
        asked.file, side,
        [asked, side, head, send = std::move(send)](const Result<ImageViews::Thumbnails::Shared>& png) mutable {
          if (!png) return send(ErrorResponse(png.error(), head));
          http::Response response{.body = std::string(reinterpret_cast<const char*>((*png)->data()), (*png)->size())};
          response.headers.Set("Content-Type", "image/png");
          MarkImmutable(response, asked, "thumbnail-" + std::to_string(side));
          send(std::move(response));
        });
  }};
}

}  // namespace

void AddViewRoutes(http::Router& router, Context& context) {
  using Function = Result<http::Reply> (*)(Context&, const http::Request&, const records::User&);
  const auto add = [&](const char* pattern, Function function) {
    router.Handle("GET", pattern,
                  SignedIn(context, [&context, function](http::Request& request, const records::User& user) {
                    return function(context, request, user);
                  }));
  };
  add("/api/files/{id}/view", View);
  add("/api/files/{id}/tiles/{level}/{x}/{y}", Tile);
  add("/api/files/{id}/thumbnail", Thumbnail);
}

}  // namespace intelliclinix::api
