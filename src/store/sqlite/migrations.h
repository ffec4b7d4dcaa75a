// The tables, and how older databases get them.
#pragma once

#include "base/result.h"
#include "store/sqlite/database.h"

namespace intelliclinix::store::sqlite {

/// Brings the database at `path` (for messages) to the newest version, one transaction a step. An empty database gets
/// all steps. Errors: kConflict when it belongs to another program or a newer version; those of Database.
Status Migrate(Database& database, const std::string& path);

/// The newest version.
int SchemaVersion();

}  // namespace intelliclinix::store::sqlite
