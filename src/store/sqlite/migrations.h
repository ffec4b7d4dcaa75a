// The tables, and how older databases get them.
#pragma once

#include <string>

#include "base/result.h"
#include "store/sqlite/database.h"

namespace intelliclinix::store::sqlite {

/// Whether the database at `path` (for messages) is one of ours that Migrate can bring up, or empty. Writes nothing.
/// Errors: kConflict when it belongs to another program or a newer version; those of Database.
Status CheckSchema(Database& database, const std::string& path);

/// Whether Migrate has nothing to do. Errors: kConflict when it has: those who use the database know only its version.
Status CheckNewest(Database& database, const std::string& path);

/// Brings a database that CheckSchema accepted to the newest version, one transaction a step. An empty database gets
/// all steps.
Status Migrate(Database& database);

/// The newest version.
int SchemaVersion();

}  // namespace intelliclinix::store::sqlite
