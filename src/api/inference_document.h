// Inferences as clients see them.
#pragma once

#include <cstddef>

#include "base/json.h"
#include "records/inference.h"

namespace intelliclinix::api {

/// The document without its `results`.
Json InferenceDocument(const records::Inference& inference);

/// Which results go into one answer.
struct ResultsPage {
  std::size_t first = 0;             ///< position of the first
  std::size_t max_bytes = 8U << 20;  ///< of their JSON; a page has at least one result all the same
};

/// Adds `results`, and `results_next` (what `?results_after=` asks for) when the page does not hold all that follow.
void AddResults(Json& document, const records::Inference& inference, const ResultsPage& page = {});

}  // namespace intelliclinix::api
