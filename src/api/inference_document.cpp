#include "api/inference_document.h"

#include "api/progress.h"
#include "records/json_codec.h"

namespace intelliclinix::api {
namespace {

Json TimeOrNull(const std::optional<TimePoint>& time) { return time ? Json(FormatTime(*time)) : Json(nullptr); }

}  // namespace

Json InferenceDocument(const records::Inference& inference) {
  return {{"_id", inference.id.ToString()},
          {"dataset_id", inference.dataset_id.ToString()},
          {"requested_by", inference.owner_id.ToString()},
          {"params", inference.params},
          {"model_id", inference.model_id},
          {"runner_name", inference.runner_name},
          {"status", records::StatusName(inference.status)},
          {"created_at", FormatTime(inference.created_at)},
          {"started_at", TimeOrNull(inference.started_at)},
          {"finished_at", TimeOrNull(inference.finished_at)},
          {"notes", inference.notes},
          {"error", inference.error ? records::ToJson(*inference.error) : Json(nullptr)},
          {"progress", ProgressDocument(inference.status, inference.progress)},
          {"attempt", inference.attempt},
          {"archived", inference.archived},
          {"provenance", inference.provenance}};
}

void AddResults(Json& document, const store::ResultsPage& page) {
  Json results = Json::array();
  for (const records::ImageResult& result : page.results) results.push_back(records::ToJson(result));
  document["results"] = std::move(results);
  if (page.next) document["results_next"] = *page.next;
}

}  // namespace intelliclinix::api
