#include "api/model_json.h"

#include <optional>

#include "runners/model_file.h"
#include "runners/tile_time.h"

namespace intelliclinix::api {
namespace {

Json WeightsJson(const records::ModelEntry& model) {
  const auto weights = model.files.find("weights");
  if (weights == model.files.end()) return nullptr;
  return {{"sha256", weights->second.sha256}, {"bytes", weights->second.bytes}, {"source", model.source}};
}

Json SelfTestJson(const records::ModelEntry& model, const std::optional<runners::ModelCheck>& check) {
  if (!check) return {{"passed", false}, {"checked_at", nullptr}};
  const bool passed = check->report.has_value();
  // Without stored numbers, that it loads and computes is all that is known.
  const bool compared = passed && runners::HasSelfTest(model);
  return {{"passed", passed},
          {"checked_at", FormatTime(check->checked_at)},
          {"compared", compared},
          {"max_error", compared ? Json(check->report->max_error) : Json()}};
}

Json EngineJson(const std::optional<runners::ModelCheck>& check) {
  if (!check || !check->report) return nullptr;
  const runners::ModelReport& report = *check->report;
  return {{"name", report.engine}, {"device", report.device}, {"precision", report.precision}};
}

/// What this server takes, and what the network does: null before the model is loaded, and where it does not tell.
Json InputJson(const Context& context, const std::optional<runners::ModelCheck>& check) {
  Json input = runners::ToJson(context.options.source_limits);
  const bool told = check && check->report && check->report->input;
  input["model"] = told ? runners::ToJson(*check->report->input) : Json();
  return input;
}

/// Null before the model is loaded, and where it does not tell.
Json TileJson(const std::optional<runners::ModelCheck>& check) {
  if (!check || !check->tile_ms) return nullptr;
  return {{"px", runners::kTimedSide}, {"ms", *check->tile_ms}};
}

}  // namespace

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

Json DetailedModelJson(const Context& context, const records::ModelEntry& model) {
  const std::optional<runners::ModelCheck> check = context.catalogue.Check(model.id);
  Json json = ModelJson(context, model);
  json["license_text"] = runners::LicenseText(model);
  json["weights"] = WeightsJson(model);
  json["engine"] = EngineJson(check);
  json["input"] = InputJson(context, check);
  json["tile"] = TileJson(check);
  json["self_test"] = SelfTestJson(model, check);
  return json;
}

}  // namespace intelliclinix::api
