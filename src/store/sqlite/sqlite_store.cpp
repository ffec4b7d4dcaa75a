#include "store/sqlite/sqlite_store.h"

#include "store/sqlite/rows.h"

namespace intelliclinix::store::sqlite {
namespace {

/// The processes that have tasks; of those of an older version it is not known.
Result<std::vector<std::optional<ObjectId>>> ProcessesAtWork(Connections& connections) {
  std::vector<std::optional<ObjectId>> processes;
  IC_RETURN_IF_ERROR(connections.Read([&](Database& database) {
    return ForEachRow(
        database.Query("SELECT DISTINCT process FROM tasks WHERE state = 'running' AND lease_expires_at > 0"),
        [&processes](const Rows& row) -> Status {
          processes.push_back(row.OptionalId(0));
          return {};
        });
  }));
  return processes;
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::Open(const SqliteOptions& options, const Clock& clock) {
  if (options.must_exist) IC_RETURN_IF_ERROR(DataFolder::CheckExists(options.folder));
  IC_ASSIGN_OR_RETURN(auto folder, DataFolder::Open(options.folder));
  IC_ASSIGN_OR_RETURN(auto connections, Connections::Open(folder->DatabasePath(), folder->IsAlone()));
  IC_RETURN_IF_ERROR(folder->Started());
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(folder), std::move(connections), clock));
  IC_RETURN_IF_ERROR(store->EndLeasesOfTheDead());
  return store;
}

Result<bool> SqliteStore::EndLeasesOfTheDead() {
  IC_ASSIGN_OR_RETURN(const auto processes, ProcessesAtWork(*connections_));
  bool ended = false;
  for (const std::optional<ObjectId>& process : processes) {
    if (process && folder_->IsPresent(*process)) continue;
    IC_RETURN_IF_ERROR(connections_->Write([&](Database& database) {
      return database.Run("UPDATE tasks SET lease_expires_at = 0 WHERE state = 'running' AND process IS ?1", process);
    }));
    ended = true;
  }
  return ended;
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
