// How far an inference is, as clients see it.
#pragma once

#include <optional>

#include "base/json.h"
#include "records/inference.h"
#include "store/inference_store.h"

namespace intelliclinix::api {

/// The part of an inference that changes while it runs.
store::InferenceState StateOf(const records::Inference& inference);

/// Seconds until the end, by what was done since the start; none before there is something to go by, after the end, and
/// in a retry, whose start knew images that were done already.
std::optional<double> EstimateSeconds(const store::InferenceState& state, TimePoint now);

/// `progress` of documents and events: counts, `fraction` (0 to 1), `eta_s`, `queue_position`.
Json ProgressDocument(records::InferenceStatus status, const records::Progress& progress);

}  // namespace intelliclinix::api
