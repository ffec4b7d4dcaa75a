#include "store/mongo/mongo_store.h"

#include "store/mongo/connection.h"
#include "store/mongo/schema.h"

namespace intelliclinix::store::mongo {

Result<std::unique_ptr<MongoStore>> MongoStore::Open(const MongoOptions& options, const Clock& clock) {
  IC_ASSIGN_OR_RETURN(auto connection, Connection::Open(options.uri));
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
