#include "api/progress.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "records/json_codec.h"

namespace intelliclinix::api {
namespace {

double Fraction(records::InferenceStatus status, const records::Progress& progress) {
  if (status == records::InferenceStatus::kCompleted) return 1;
  // Tiles are known only of images that were begun, so they tell the whole only when there is one image.
  if (progress.images_total == 1 && progress.tiles_total > 0) {
    return std::min(1.0, static_cast<double>(progress.tiles_done) / progress.tiles_total);
  }
  if (progress.images_total == 0) return 0;
  return static_cast<double>(progress.images_done) / progress.images_total;
}

}  // namespace

store::InferenceState StateOf(const records::Inference& inference) {
  return {.id = inference.id,
          .status = inference.status,
          .cancel_requested = inference.cancel_requested,
          .attempt = inference.attempt,
          .started_at = inference.started_at,
          .finished_at = inference.finished_at,
          .error = inference.error,
          .progress = inference.progress};
}

std::optional<double> EstimateSeconds(const store::InferenceState& state, TimePoint now) {
  const bool runs = state.status == records::InferenceStatus::kRunning && state.started_at && !state.cancel_requested;
  if (!runs || state.attempt > 1) return std::nullopt;
  const double fraction = Fraction(state.status, state.progress);
  const double elapsed_s = std::chrono::duration<double>(now - *state.started_at).count();
  if (fraction <= 0 || elapsed_s <= 0) return std::nullopt;
  return std::round(elapsed_s * (1 - fraction) / fraction * 10) / 10;
}

Json ProgressDocument(records::InferenceStatus status, const records::Progress& progress) {
  Json document = records::ToJson(progress);
  document["fraction"] = Fraction(status, progress);
  return document;
}

}  // namespace intelliclinix::api
