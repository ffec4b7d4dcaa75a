#include "store/sqlite/connections.h"

#include <utility>

#include "store/sqlite/migrations.h"

namespace intelliclinix::store::sqlite {
namespace {

constexpr int kMaxReaders = 8;

Status UseWal(Database& database) {
  IC_ASSIGN_OR_RETURN(Rows rows, database.Query("PRAGMA journal_mode = WAL"));
  IC_ASSIGN_OR_RETURN(const bool found, rows.Next());
  if (!found || rows.Text(0) != "wal") {
    return Fail(ErrorCode::kInternal,
                "This file system cannot hold the database; put the data folder on a local disk.");
  }
  return {};
}

Result<Database> OpenWriter(const std::string& path, bool alone) {
  IC_ASSIGN_OR_RETURN(Database writer, Database::Open(path, Database::Access::kWrite));
  // Before anything is written: a file that is not ours stays as it is.
  IC_RETURN_IF_ERROR(CheckSchema(writer, path));
  if (!alone) IC_RETURN_IF_ERROR(CheckNewest(writer, path));
  IC_RETURN_IF_ERROR(UseWal(writer));
  IC_RETURN_IF_ERROR(writer.Execute("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864"));
  IC_RETURN_IF_ERROR(Migrate(writer));
  return writer;
}

}  // namespace

Result<std::unique_ptr<Connections>> Connections::Open(const std::string& path, bool alone) {
  Result<Database> writer = OpenWriter(path, alone);
  if (!writer.has_value()) {
    Error error = std::move(writer).error();
    if (error.message.find(path) == std::string::npos) error.message = "Opening '" + path + "': " + error.message;
    return std::unexpected(std::move(error));
  }
  return std::unique_ptr<Connections>(new Connections(path, *std::move(writer)));
}

Result<Connections::Lent> Connections::Borrow() {
  std::unique_lock lock(readers_mutex_);
  reader_free_.wait(lock, [this] { return !idle_readers_.empty() || open_readers_ < kMaxReaders; });
  if (!idle_readers_.empty()) {
    Lent reader(idle_readers_.back().release(), GiveBack{this});
    idle_readers_.pop_back();
    return reader;
  }
  IC_ASSIGN_OR_RETURN(Database opened, Database::Open(path_, Database::Access::kRead));
  ++open_readers_;
  return Lent(new Database(std::move(opened)), GiveBack{this});
}

void Connections::GiveBack::operator()(Database* reader) const {
  const std::scoped_lock lock(connections->readers_mutex_);
  connections->idle_readers_.emplace_back(reader);
  connections->reader_free_.notify_one();
}

Status Connections::SetDurability(Durability durability) {
  if (durability == durability_) return {};
  // Not as a prepared statement: this pragma takes effect when it is compiled.
  IC_RETURN_IF_ERROR(
      writer_.Execute(durability == Durability::kFull ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"));
  durability_ = durability;
  return {};
}

}  // namespace intelliclinix::store::sqlite
