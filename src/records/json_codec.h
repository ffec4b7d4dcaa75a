// The JSON form of what records nest, with the field names of the HTTP contract and of the documents in a store.
#pragma once

#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "records/correction.h"
#include "records/dataset.h"
#include "records/inference.h"

namespace intelliclinix::records {

Json ToJson(const SourceFile& file);
Json ToJson(const ImageResult& result);
Json ToJson(const InferenceError& error);
Json ToJson(const Progress& progress);
/// The whole document of a correction, as a client sees it too.
Json ToJson(const Correction& correction);

/// Errors of all: kInternal naming the field that is missing or of another type. Fields that are not known are
/// tolerated; fields that an older document may lack take their defaults.
Result<SourceFile> SourceFileFromJson(const Json& json);
Result<ImageResult> ImageResultFromJson(const Json& json);
Result<InferenceError> InferenceErrorFromJson(const Json& json);
Result<Correction> CorrectionFromJson(const Json& json);

}  // namespace intelliclinix::records
