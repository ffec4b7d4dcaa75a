// The errors of the driver and of the server, as ours.
#pragma once

#include <bson/bson.h>

#include "base/result.h"
#include "store/mongo/bson.h"

namespace intelliclinix::store::mongo {

/// For all that went wrong before or instead of a reply.
std::unexpected<Error> DriverError(const bson_error_t& error);

/// Of a reply to a write that arrived: the first of its write errors, or what kept a majority from acknowledging it.
/// Duplicate keys are no error with `tolerate_duplicates`.
Status CheckWriteReply(View reply, bool tolerate_duplicates = false);

}  // namespace intelliclinix::store::mongo
