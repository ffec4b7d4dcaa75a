// The driver of MongoDB as values: a pool of connections, commands, cursors; errors in one place.
// Source: https://mongoc.org/libmongoc/1.23.1/
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <mongoc/mongoc.h>

#include "base/result.h"
#include "store/mongo/bson.h"

namespace intelliclinix::store::mongo {

/// What a query asks for beside its filter.
struct FindOptions {
  Document projection{};
  Document sort{};
  std::int64_t limit = 0;       ///< 0: all
  std::int64_t batch_size = 0;  ///< 0: the server's; fewer where documents are large and few may be wanted
};

/// What an update did.
struct UpdateCounts {
  std::int64_t matched = 0;
  std::int64_t modified = 0;
};

/// One statement of an update command.
struct Update {
  Document filter;
  Document change;  ///< {$set: ...} and the like
  bool multi = false;
  bool upsert = false;
};

/// One database. Writes are acknowledged by a majority and its journals: what a call acknowledged survives a failover
/// and a power cut.
/// Threads: any.
/// Errors of all: kUnavailable when the server does not answer or is changing its primary; kConflict for a duplicate
/// key; kResourceExhausted for a full disk; else kInternal.
class Connection {
 public:
  /// Connects to `uri`, mongodb:// or mongodb+srv://, and asks the server whether it is there.
  /// Errors: kInvalidArgument for a URI that is none. No error repeats the URI's user or password.
  static Result<std::unique_ptr<Connection>> Open(const std::string& uri);

  /// Runs a command that reads, or that is no write of documents, and returns its reply.
  Result<Document> Command(const Document& command);

  /// body(document) for each result, until it returns false or fails.
  using Body = std::function<Result<bool>(View document)>;
  Status Find(const char* collection, const Document& filter, const FindOptions& options, const Body& body);
  Status Aggregate(const char* collection, const std::vector<Document>& pipeline, const Body& body);
  /// The first result; none where there is none.
  Result<std::optional<Document>> FindOne(const char* collection, const Document& filter, FindOptions options = {});
  /// The ids of all that match; at most `limit`, in their order, where that is not 0.
  Result<std::vector<ObjectId>> FindIds(const char* collection, const Document& filter, std::int64_t limit = 0);
  Result<bool> Exists(const char* collection, const Document& filter);
  Result<std::int64_t> Count(const char* collection, const Document& filter);

  Result<bool> HasCollection(const char* name);

  Status Insert(const char* collection, const Document& document);
  /// Inserts those whose keys are not taken.
  Status InsertMissing(const char* collection, const std::vector<Document>& documents);
  Result<UpdateCounts> UpdateOne(const char* collection, Document filter, Document change, bool upsert = false);
  Result<UpdateCounts> UpdateMany(const char* collection, Document filter, Document change);
  Result<UpdateCounts> UpdateAll(const char* collection, const std::vector<Update>& updates);
  /// Changes the first in the order of `sort`, atomically, and returns it as it was before.
  Result<std::optional<Document>> FindAndModify(const char* collection, const Document& filter, const Document& sort,
                                                const Document& change);
  /// The documents that were deleted.
  Result<std::int64_t> Delete(const char* collection, const Document& filter);

  const std::string& database() const { return database_; }

 private:
  struct DestroyPool {
    void operator()(mongoc_client_pool_t* pool) const { mongoc_client_pool_destroy(pool); }
  };
  struct GiveBack {
    mongoc_client_pool_t* pool;
    void operator()(mongoc_client_t* client) const { mongoc_client_pool_push(pool, client); }
  };
  using Client = std::unique_ptr<mongoc_client_t, GiveBack>;

  Connection(mongoc_client_pool_t* pool, std::string database) : pool_(pool), database_(std::move(database)) {}
  Result<Client> Borrow();
  Result<Document> Write(Document command);
  static Status Drain(mongoc_cursor_t* opened, const Body& body);

  std::unique_ptr<mongoc_client_pool_t, DestroyPool> pool_;
  const std::string database_;
};

}  // namespace intelliclinix::store::mongo
