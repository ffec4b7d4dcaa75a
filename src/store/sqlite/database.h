// SQLite's C interface as values: connections, queries, transactions.
// Source: https://www.sqlite.org/c3ref/intro.html
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/object_id.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace intelliclinix::store::sqlite {

/// A statement that is being run. Parameters and columns are those of the SQL text, columns from 0. Ids are kept as
/// 12 bytes, times as milliseconds.
/// Owns: its use of a statement of the connection; the destructor makes that ready for the next use.
class Rows {
 public:
  explicit Rows(sqlite3_stmt* statement) : statement_(statement) {}
  Rows(Rows&& other) noexcept = default;
  Rows& operator=(Rows&& other) noexcept = default;

  /// Moves to the next row; false behind the last.
  Result<bool> Next();
  /// Runs a statement that gives no rows.
  Status Run();

  bool IsNull(int column) const;
  std::int64_t Int(int column) const;
  std::string Text(int column) const;
  ObjectId Id(int column) const;
  TimePoint Time(int column) const { return FromMillis(Int(column)); }
  std::optional<TimePoint> OptionalTime(int column) const;
  std::optional<ObjectId> OptionalId(int column) const;

  void Bind(int parameter, std::string_view text);
  void Bind(int parameter, std::int64_t number);
  void Bind(int parameter, const ObjectId& id);
  void Bind(int parameter, TimePoint time) { Bind(parameter, ToMillis(time)); }
  void Bind(int parameter, std::integral auto number) { Bind(parameter, static_cast<std::int64_t>(number)); }
  template <typename T>
  void Bind(int parameter, const std::optional<T>& value) {
    if (value) Bind(parameter, *value);  // else it stays NULL
  }

 private:
  struct Reset {
    void operator()(sqlite3_stmt* statement) const;
  };
  void Note(int code);

  std::unique_ptr<sqlite3_stmt, Reset> statement_;
  int bind_error_ = 0;  // reported by Next
};

/// One connection.
/// Threads: one at a time.
/// Errors of all: kResourceExhausted when the disk is full, kUnavailable when another process holds the database,
/// kConflict for a broken constraint, else kInternal.
class Database {
 public:
  enum class Access { kRead, kWrite };

  /// Opens, and with kWrite makes, the file `path`.
  static Result<Database> Open(const std::string& path, Access access);

  /// Runs a script of statements without parameters.
  Status Execute(const std::string& script);

  /// `sql` with `values` as its parameters ?1, ?2, ... Statements are compiled once a connection: at one time only
  /// one Rows of the same text may exist.
  template <typename... Values>
  Result<Rows> Query(const char* sql, const Values&... values) {
    IC_ASSIGN_OR_RETURN(Rows rows, Prepare(sql));
    int parameter = 0;
    (rows.Bind(++parameter, values), ...);
    return rows;
  }

  /// As Query, for a statement that gives no rows.
  template <typename... Values>
  Status Run(const char* sql, const Values&... values) {
    IC_ASSIGN_OR_RETURN(Rows rows, Query(sql, values...));
    return rows.Run();
  }

  /// The first column of the first row of `sql`.
  Result<std::int64_t> QueryInt(const char* sql);

  /// Rows that the last INSERT, UPDATE or DELETE changed, cascades not counted.
  int Changes() const;
  bool InTransaction() const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  using StatementPtr = std::unique_ptr<sqlite3_stmt, Finalize>;

  explicit Database(sqlite3* connection) : connection_(connection) {}
  Result<Rows> Prepare(const char* sql);

  std::unique_ptr<sqlite3, Close> connection_;
  std::unordered_map<std::string, StatementPtr> statements_;  // compiled, by their text
};

/// Rolls back unless committed.
class Transaction {
 public:
  /// `begin` is "BEGIN", or "BEGIN IMMEDIATE" to write.
  static Result<Transaction> Begin(Database& database, const char* begin);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Status Commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace intelliclinix::store::sqlite
