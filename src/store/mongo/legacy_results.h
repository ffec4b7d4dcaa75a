// Results and files of inferences that the Python server ran, which wrote less than we do.
#pragma once

#include "base/result.h"
#include "store/inference_store.h"
#include "store/mongo/connection.h"

namespace intelliclinix::store::mongo {

/// The results in the document of an inference that has no tasks. Masks that are named by their ids alone become
/// artifacts, with what GridFS knows of them.
Result<ResultsPage> LegacyResults(Connection& connection, ObjectId inference, const ResultsRequest& request);

/// Whether a dataset or an inference of `owner` names the blob: whose a file is that does not say so.
Result<bool> IsNamedBy(Connection& connection, ObjectId owner, ObjectId blob);

}  // namespace intelliclinix::store::mongo
