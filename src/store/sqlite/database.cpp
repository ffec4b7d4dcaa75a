#include "store/sqlite/database.h"

#include <algorithm>
#include <array>

#include <sqlite3.h>

#include "base/file.h"

namespace intelliclinix::store::sqlite {
namespace {

constexpr int kBusyTimeoutMs = 10'000;

Error DatabaseError(sqlite3* connection, int code) {
  const std::string detail = sqlite3_errmsg(connection);
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return {ErrorCode::kResourceExhausted,
              "Writing the database failed: the disk is full; free some space and try again.",
              {}};
    case SQLITE_NOMEM:
      return {ErrorCode::kResourceExhausted, "The database ran out of memory; try again later.", {}};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kUnavailable, "The database is held by another program; try again.", {}};
    case SQLITE_CONSTRAINT:
      return {ErrorCode::kConflict, "The record clashes with one that is there (" + detail + ").", {}};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::kInternal, "The database is damaged (" + detail + "); restore it from a backup.", {}};
    default:
      break;
  }
  const int system_error = sqlite3_system_errno(connection);
  const bool from_system = (code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN;
  if (from_system && system_error != 0) return SystemError("The database failed", system_error);
  return {ErrorCode::kInternal, "The database failed: " + detail + ".", {}};
}

}  // namespace

void Rows::Reset::operator()(sqlite3_stmt* statement) const {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

void Rows::Note(int code) {
  if (bind_error_ == SQLITE_OK) bind_error_ = code;
}

Result<bool> Rows::Next() {
  const int code = bind_error_ != SQLITE_OK ? bind_error_ : sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(DatabaseError(sqlite3_db_handle(statement_.get()), code));
}

Status Rows::Run() {
  IC_ASSIGN_OR_RETURN(bool more, Next());
  while (more) {
    IC_ASSIGN_OR_RETURN(more, Next());
  }
  return {};
}

bool Rows::IsNull(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

std::int64_t Rows::Int(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string Rows::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)));
}

ObjectId Rows::Id(int column) const {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  std::array<std::uint8_t, 12> id{};
  if (sqlite3_column_bytes(statement_.get(), column) == 12) std::copy_n(bytes, id.size(), id.begin());
  return ObjectId(id);
}

std::optional<TimePoint> Rows::OptionalTime(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Time(column);
}

std::optional<ObjectId> Rows::OptionalId(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Id(column);
}

void Rows::Bind(int parameter, std::string_view text) {
  // A null pointer would bind NULL in place of an empty text.
  const char* begin = text.empty() ? "" : text.data();
  Note(sqlite3_bind_text64(statement_.get(), parameter, begin, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Rows::Bind(int parameter, std::int64_t number) { Note(sqlite3_bind_int64(statement_.get(), parameter, number)); }

void Rows::Bind(int parameter, const ObjectId& id) {
  Note(sqlite3_bind_blob(statement_.get(), parameter, id.bytes().data(), 12, SQLITE_TRANSIENT));
}

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

void Database::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<Database> Database::Open(const std::string& path, Access access) {
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READWRITE |
                    (access == Access::kWrite ? SQLITE_OPEN_CREATE : 0);
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &connection, flags, nullptr);
  Database database(connection);
  if (connection == nullptr) return Fail(ErrorCode::kResourceExhausted, "There is no memory left for the database.");
  if (code != SQLITE_OK) return std::unexpected(DatabaseError(connection, code));
  sqlite3_busy_timeout(connection, kBusyTimeoutMs);
  IC_RETURN_IF_ERROR(database.Execute("PRAGMA foreign_keys = ON"));
  if (access == Access::kRead) IC_RETURN_IF_ERROR(database.Execute("PRAGMA query_only = ON"));
  return database;
}

Status Database::Execute(const std::string& script) {
  const int code = sqlite3_exec(connection_.get(), script.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(DatabaseError(connection_.get(), code));
  return {};
}

Result<Rows> Database::Prepare(const char* sql) {
  StatementPtr& statement = statements_[sql];
  if (!statement) {
    sqlite3_stmt* compiled = nullptr;
    const int code = sqlite3_prepare_v3(connection_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &compiled, nullptr);
    if (code != SQLITE_OK) return std::unexpected(DatabaseError(connection_.get(), code));
    statement.reset(compiled);
  }
  return Rows(statement.get());
}

Result<std::int64_t> Database::QueryInt(const char* sql) {
  IC_ASSIGN_OR_RETURN(Rows rows, Query(sql));
  IC_ASSIGN_OR_RETURN(const bool found, rows.Next());
  return found ? rows.Int(0) : 0;
}

int Database::Changes() const { return sqlite3_changes(connection_.get()); }

bool Database::InTransaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }

Result<Transaction> Transaction::Begin(Database& database, const char* begin) {
  IC_RETURN_IF_ERROR(database.Run(begin));
  return Transaction(database);
}

Status Transaction::Commit() { return database_->Run("COMMIT"); }

Transaction::~Transaction() {
  // An error may have rolled back already; one of ROLLBACK itself leaves nothing more to do.
  if (database_ != nullptr && database_->InTransaction()) (void)database_->Run("ROLLBACK");
}

}  // namespace intelliclinix::store::sqlite
