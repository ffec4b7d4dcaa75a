// One connection that writes, a few that read.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "store/sqlite/database.h"

namespace intelliclinix::store::sqlite {

/// What a power cut may take.
enum class Durability {
  kFull,    ///< nothing that was committed
  kRelaxed  ///< the last transactions; costs no sync. The end of the process alone takes nothing
};

/// The connections of a process to its database, in WAL mode: reads never wait for writes.
/// Threads: any.
class Connections {
 public:
  /// Opens the database at `path`, makes it if there is none, and migrates it, which only who is alone may.
  /// Errors: those of Database, Migrate and, where not alone, CheckNewest, naming the file.
  static Result<std::unique_ptr<Connections>> Open(const std::string& path, bool alone = true);

  /// body(Database&) on a snapshot. It must not write.
  template <typename Body>
  std::invoke_result_t<Body, Database&> Read(Body body) {
    IC_ASSIGN_OR_RETURN(const Lent reader, Borrow());
    IC_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*reader, "BEGIN"));
    return body(*reader);
  }

  /// body(Database&) in one transaction, which is undone when it returns an error.
  template <typename Body>
  std::invoke_result_t<Body, Database&> Write(Body body, Durability durability = Durability::kFull) {
    const std::scoped_lock lock(writer_mutex_);
    IC_RETURN_IF_ERROR(SetDurability(durability));
    IC_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(writer_, "BEGIN IMMEDIATE"));
    auto result = body(writer_);
    if (result.has_value()) IC_RETURN_IF_ERROR(transaction.Commit());
    return result;
  }

 private:
  struct GiveBack {
    Connections* connections;
    void operator()(Database* reader) const;
  };
  using Lent = std::unique_ptr<Database, GiveBack>;

  Connections(std::string path, Database writer) : path_(std::move(path)), writer_(std::move(writer)) {}
  Result<Lent> Borrow();
  Status SetDurability(Durability durability);

  const std::string path_;
  std::mutex writer_mutex_;
  Database writer_;
  Durability durability_ = Durability::kFull;

  std::mutex readers_mutex_;
  std::condition_variable reader_free_;
  std::vector<std::unique_ptr<Database>> idle_readers_;
  int open_readers_ = 0;
};

}  // namespace intelliclinix::store::sqlite
