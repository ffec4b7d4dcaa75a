#include "api/models.h"

#include "api/errors.h"
#include "api/model_json.h"
#include "api/model_upload.h"
#include "api/request.h"
#include "store/rules.h"

namespace intelliclinix::api {
namespace {

Result<http::Reply> ListModels(const Context& context, const http::Request& request) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  Json models = Json::array();
  for (const records::ModelEntry* const model : context.catalogue.All()) models.push_back(ModelJson(context, *model));
  return JsonResponse(200, models);
}

Result<http::Reply> GetModel(const Context& context, const http::Request& request) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  const records::ModelEntry* const model = context.catalogue.Find(request.Param("model_id"));
  if (model == nullptr) return store::NotFound("model");
  return JsonResponse(200, DetailedModelJson(context, *model));
}

}  // namespace

void AddModelRoutes(http::Router& router, Context& context) {
  router.Handle("GET", "/api/models", SignedIn(context, [&context](http::Request& request, const records::User&) {
                  return ListModels(context, request);
                }));
  router.Handle("GET", "/api/models/{model_id}",
                SignedIn(context, [&context](http::Request& request, const records::User&) {
                  return GetModel(context, request);
                }));
  AddModelAdminRoutes(router, context);
}

}  // namespace intelliclinix::api
