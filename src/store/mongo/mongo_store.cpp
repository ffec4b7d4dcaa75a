#include "store/mongo/mongo_store.h"

#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store/mongo/schema.h"

namespace intelliclinix::store::mongo {

Result<std::unique_ptr<MongoStore>> MongoStore::Open(const MongoOptions& options, const Clock& clock) {
  IC_ASSIGN_OR_RETURN(auto connection, Connection::Open(options.uri));
  if (options.must_exist) {
    IC_ASSIGN_OR_RETURN(const bool exists, connection->HasCollection(collection::kInferences));
    if (!exists) {
      return Fail(ErrorCode::kNotFound, "There is no store in the database '" + connection->database() +
                                            "': it has no inferences. Name the database of a server.");
    }
  }
  IC_RETURN_IF_ERROR(PrepareDatabase(*connection));
  return std::unique_ptr<MongoStore>(new MongoStore(std::move(connection), clock));
}

MongoStore::MongoStore(std::unique_ptr<Connection> connection, const Clock& clock)
    : connection_(std::move(connection)), clock_(clock) {}

MongoStore::~MongoStore() = default;

Status MongoStore::Ping() {
  IC_RETURN_IF_ERROR(connection_->Command(Make("ping", 1)));
  return {};
}

Result<std::unique_ptr<Store>> OpenMongoStore(const MongoOptions& options, const Clock& clock) {
  return MongoStore::Open(options, clock);
}

}  // namespace intelliclinix::store::mongo
