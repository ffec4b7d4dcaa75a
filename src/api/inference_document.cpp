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
  document["eta_s"] = nullptr;
  document["queue_position"] = nullptr;
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
          {"attempt", 1},  // an inference is run once; it is its images that are tried again
          {"archived", inference.archived},
          {"provenance", inference.provenance}};
}

void AddResults(Json& document, const records::Inference& inference, const ResultsPage& page) {
  Json results = Json::array();
  std::size_t bytes = 0;
  std::size_t next = page.first;
  for (; next < inference.results.size(); ++next) {
    Json result = records::ToJson(inference.results[next]);
    bytes += DumpJson(result).size() + 1;
    if (bytes > page.max_bytes && !results.empty()) break;
    results.push_back(std::move(result));
  }
  document["results"] = std::move(results);
  if (next < inference.results.size()) document["results_next"] = next;
}

}  // namespace intelliclinix::api
