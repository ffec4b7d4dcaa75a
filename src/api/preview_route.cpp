#include "api/preview_route.h"

#include <algorithm>
#include <chrono>

#include "api/errors.h"
#include "api/request.h"
#include "api/start.h"
#include "dispatch/previewer.h"
#include "store/rules.h"

namespace intelliclinix::api {
namespace {

/// A preview is for looking: this fills a screen, and is done while somebody waits. Units: px.
constexpr int kMaxRegionSide = 1024;

using SteadyClock = std::chrono::steady_clock;

Result<int> RegionMember(const Json& region, const char* name) {
  const std::string field = "region." + std::string(name);
  const auto found = region.find(name);
  if (found == region.end()) return Invalid("'" + field + "' is missing.", field);
  if (!found->is_number_integer() || *found < 0 || *found > 1'000'000'000) {
    return Invalid("'" + field + "' must be a whole number of pixels from 0 on.", field);
  }
  return found->get<int>();
}

Result<image::Rectangle> ReadRegion(const Json& body, const records::ImageFacts& image) {
  const auto found = body.find("region");
  if (found == body.end() || !found->is_object() || found->size() > 4) {
    return Invalid("'region' must be an object of 'x', 'y', 'width' and 'height', in pixels.", "region");
  }
  image::Rectangle region;
  IC_ASSIGN_OR_RETURN(region.x, RegionMember(*found, "x"));
  IC_ASSIGN_OR_RETURN(region.y, RegionMember(*found, "y"));
  IC_ASSIGN_OR_RETURN(region.width, RegionMember(*found, "width"));
  IC_ASSIGN_OR_RETURN(region.height, RegionMember(*found, "height"));
  const auto is_side = [](int side) { return side >= 1 && side <= kMaxRegionSide; };
  if (!is_side(region.width) || !is_side(region.height)) {
    return Invalid("'region' must have 1 to 1024 pixels on a side.", "region");
  }
  if (region.x > image.width - region.width || region.y > image.height - region.height) {
    return Invalid("'region' must lie within the image, which is " + std::to_string(image.width) + " x " +
                       std::to_string(image.height) + " pixels.",
                   "region");
  }
  return region;
}

Result<records::SourceFile> FindFile(Context& context, const Json& body, const records::User& user) {
  IC_ASSIGN_OR_RETURN(const std::string dataset_text, StringMember(body, "dataset_id"));
  IC_ASSIGN_OR_RETURN(const ObjectId dataset_id, ParseId(dataset_text, "dataset_id"));
  IC_ASSIGN_OR_RETURN(const std::string file_text, StringMember(body, "file_id"));
  IC_ASSIGN_OR_RETURN(const ObjectId file_id, ParseId(file_text, "file_id"));
  IC_ASSIGN_OR_RETURN(const records::Dataset dataset, context.store.GetDataset(user.id, dataset_id));
  const auto file = std::ranges::find(dataset.files, file_id, &records::SourceFile::blob_id);
  if (file == dataset.files.end()) return store::NotFound("file");
  return *file;
}

/// The same checks as at a start, of one image as large as the region.
Result<dispatch::Preview> Plan(Context& context, const http::Request& request, const records::User& user) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  IC_ASSIGN_OR_RETURN(const Json body, ReadObject(request, {"dataset_id", "file_id", "model_id", "params", "region"}));
  IC_ASSIGN_OR_RETURN(const records::SourceFile file, FindFile(context, body, user));
  IC_ASSIGN_OR_RETURN(const std::string model_id, StringMember(body, "model_id"));
  IC_ASSIGN_OR_RETURN(const records::ModelEntry* const model, FindModel(context, model_id));
  runners::ModelRunner* const runner = context.registry.Find(model->runner_name);
  if (runner == nullptr) {
    return Invalid("This server cannot run the model '" + model_id + "'. Choose another.", "model_id");
  }
  IC_ASSIGN_OR_RETURN(Json params, runner->Describe().parameters.Resolve(body.value("params", Json::object())));
  IC_ASSIGN_OR_RETURN(const image::Rectangle region, ReadRegion(body, file.image));
  records::ImageFacts facts = file.image;
  facts.width = region.width;
  facts.height = region.height;
  IC_RETURN_IF_ERROR(runners::CheckRun(*runner, *model, params, facts, context.options.source_limits));
  return dispatch::Preview{.file = file,
                           .runner = *runner,
                           .model = *model,
                           .params = std::move(params),
                           .region = region,
                           .stop = request.client.get_token()};
}

http::Response BusyResponse(const http::Request& head) {
  http::Response response = ProblemResponse(
      429, {ErrorCode::kResourceExhausted, "The server is busy with other previews. Try again in a few seconds.", ""},
      head);
  response.headers.Set("Retry-After", "2");
  return response;
}

http::Response Answer(const image::Rectangle& region, const runners::RegionResult& result,
                      SteadyClock::time_point began) {
  return JsonResponse(
      200, {{"region", {{"x", region.x}, {"y", region.y}, {"width", region.width}, {"height", region.height}}},
            {"objects", result.objects},
            {"diameter", result.diameter},
            {"warnings", result.warnings},
            {"seconds", std::chrono::duration<double>(SteadyClock::now() - began).count()},
            {"labels_rle", result.label_runs}});
}

/// Where the answer goes, from whichever side it comes.
struct Waiter {
  http::Request head;
  http::Send send;
};

Result<http::Reply> Run(Context& context, const http::Request& request, const records::User& user) {
  if (!context.previewer.runs_any()) {
    return Fail(ErrorCode::kUnavailable,
                "This server runs no models itself, so there are no previews: start the inference to see its result.");
  }
  IC_ASSIGN_OR_RETURN(dispatch::Preview preview, Plan(context, request, user));
  return http::Deferred{[&context, preview = std::move(preview), head = HeadOf(request)](http::Send send) mutable {
    const auto waiter = std::make_shared<Waiter>(std::move(head), std::move(send));
    const image::Rectangle region = preview.region;
    auto answer = [waiter, region, began = SteadyClock::now()](Result<runners::RegionResult> result) {
      waiter->send(result ? Answer(region, *result, began) : ErrorResponse(result.error(), waiter->head));
    };
    if (context.previewer.Start(std::move(preview), std::move(answer))) return;
    waiter->send(BusyResponse(waiter->head));
  }};
}

}  // namespace

void AddPreviewRoute(http::Router& router, Context& context) {
  router.Handle("POST", "/api/inferences/preview",
                SignedIn(context, [&context](http::Request& request,
                                             const records::User& user) { return Run(context, request, user); }),
                {.max_body_bytes = context.options.limits.max_json_bytes, .stops_with_client = true});
}

}  // namespace intelliclinix::api
