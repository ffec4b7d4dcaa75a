// Inferences as clients see them.
#pragma once

#include "base/json.h"
#include "records/inference.h"
#include "store/inference_store.h"

namespace intelliclinix::api {

/// The document without its `results`.
Json InferenceDocument(const records::Inference& inference);

/// Adds `results`, and `results_next` (what `?results_after=` asks for) when the page does not hold all that follow.
void AddResults(Json& document, const store::ResultsPage& page);

}  // namespace intelliclinix::api
