// An inference with all that it gave, for those who need it whole.
#pragma once

#include "base/result.h"
#include "store/inference_store.h"

namespace intelliclinix::store {

/// GetInference, and all pages of ListResults in `results`. Memory grows with the number of images.
/// Errors: those of the two.
Result<records::Inference> GetWithResults(InferenceStore& store, ObjectId owner, ObjectId id);

}  // namespace intelliclinix::store
