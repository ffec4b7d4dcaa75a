#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::store::sqlite {
namespace {

// The folder is locked, so whoever held a lease is dead: its tasks need not wait until the lease runs out.
Status EndLeases(Connections& connections) {
  return connections.Write(
      [](Database& database) { return database.Run("UPDATE tasks SET lease_expires_at = 0 WHERE state = 'running'"); });
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::Open(const SqliteOptions& options, const Clock& clock) {
  IC_ASSIGN_OR_RETURN(auto folder, DataFolder::Open(options.folder));
  IC_ASSIGN_OR_RETURN(auto connections, Connections::Open(folder->DatabasePath()));
  IC_RETURN_IF_ERROR(EndLeases(*connections));
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(folder), std::move(connections), clock));
}

Result<std::unique_ptr<Store>> OpenSqliteStore(const SqliteOptions& options, const Clock& clock) {
  return SqliteStore::Open(options, clock);
}

Status SqliteStore::Ping() {
  const Result<std::int64_t> answer =
      connections_->Read([](Database& database) { return database.QueryInt("SELECT count(*) FROM sqlite_schema"); });
  if (!answer.has_value()) return Fail(ErrorCode::kUnavailable, answer.error().message);
  return {};
}

}  // namespace intelliclinix::store::sqlite
