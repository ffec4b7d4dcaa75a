// Bytes that nothing points to, and records of inferences that are gone.
#pragma once

#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/mongo/connection.h"

namespace intelliclinix::store::mongo {

/// As BlobStore::ListOrphans. Files that other programs wrote are never among them: what points to those is not known.
Result<std::vector<ObjectId>> FindOrphans(Connection& connection, TimePoint created_before, int limit);

/// Removes tasks, corrections and keys whose inference is gone: what a deletion that was cut short left, and tasks that
/// were inserted while it went on. Keys of before `created_before` only: a key is there before its inference.
Status RemoveLeftovers(Connection& connection, TimePoint created_before);

}  // namespace intelliclinix::store::mongo
