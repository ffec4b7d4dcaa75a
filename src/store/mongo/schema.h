// What a database needs before it is used.
#pragma once

#include "base/result.h"
#include "store/mongo/connection.h"

namespace intelliclinix::store::mongo {

/// Makes the indexes that are missing, and gives users that another program wrote the keys by which names and addresses
/// are compared. Any number of processes may do this at once; what is there stays.
Status PrepareDatabase(Connection& connection);

}  // namespace intelliclinix::store::mongo
