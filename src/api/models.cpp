#include "api/models.h"

#include "api/errors.h"
#include "api/request.h"
#include "store/rules.h"

namespace intelliclinix::api {
namespace {

/// A model as lists have it. `params` is null where this server has no runner for it: it is shown, so that people see
/// why their inferences fail, but what it would take is not known.
Json ModelJson(const Context& context, const records::ModelEntry& model) {
  const runners::ModelRunner* const runner = context.registry.Find(model.runner_name);
  return {{"_id", model.id},
          {"name", model.name},
          {"runner_name", model.runner_name},
          {"description", model.description},
          {"input_type", model.input_type},
          {"license", model.license},
          {"params", runner == nullptr ? Json() : runner->Describe().parameters.JsonSchema()}};
}

Json WeightsJson(const records::ModelEntry& model) {
  const auto weights = model.files.find("weights");
  if (weights == model.files.end()) return nullptr;
  return {{"sha256", weights->second.sha256}, {"bytes", weights->second.bytes}, {"source", model.source}};
}

Json SelfTestJson(const Context& context, const records::ModelEntry& model) {
  const std::optional<runners::ModelCheck> check = context.catalogue.Check(model.id);
  if (!check) return {{"passed", false}, {"checked_at", nullptr}};
  return {{"passed", check->report.has_value()}, {"checked_at", FormatTime(check->checked_at)}};
}

Result<http::Reply> ListModels(const Context& context, const http::Request& request) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  Json models = Json::array();
  for (const records::ModelEntry& model : context.catalogue.entries()) models.push_back(ModelJson(context, model));
  return JsonResponse(200, models);
}

Result<http::Reply> GetModel(const Context& context, const http::Request& request) {
  IC_RETURN_IF_ERROR(CheckQuery(request, {}));
  const records::ModelEntry* const model = context.catalogue.Find(request.Param("model_id"));
  if (model == nullptr) return store::NotFound("model");
  Json json = ModelJson(context, *model);
  json["weights"] = WeightsJson(*model);
  json["self_test"] = SelfTestJson(context, *model);
  return JsonResponse(200, json);
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
}

}  // namespace intelliclinix::api
