#include "api/inference_document.h"

#include <algorithm>

#include "records/json_codec.h"

namespace intelliclinix::api {
namespace {

Json TimeOrNull(const std::optional<TimePoint>& time) { return time ? Json(FormatTime(*time)) : Json(nullptr); }

double Fraction(const records::Inference& inference) {
  const records::Progress& progress = inference.progress;
  if (inference.status == records::InferenceStatus::kCompleted) return 1;
  // Tiles are known only of images that were begun, so they tell the whole only when there is one image.
  if (progress.images_total == 1 && progress.tiles_total > 0) {
    return std::min(1.0, static_cast<double>(progress.tiles_done) / progress.tiles_total);
  }
  if (progress.images_total == 0) return 0;
  return static_cast<double>(progress.images_done) / progress.images_total;
}

Json ProgressDocument(const records::Inference& inference) {
  Json document = records::ToJson(inference.progress);
  document["fraction"] = Fraction(inference);
  return document;
}

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
          {"progress", ProgressDocument(inference)},
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
