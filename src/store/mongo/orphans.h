// Bytes that nothing points to.
#pragma once

#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/mongo/connection.h"

namespace intelliclinix::store::mongo {

/// As BlobStore::ListOrphans. Files that other programs wrote are never among them: what points to those is not known.
Result<std::vector<ObjectId>> FindOrphans(Connection& connection, TimePoint created_before, int limit);

}  // namespace intelliclinix::store::mongo
