#include "app/open_store.h"

#include "store/mongo/mongo_store.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::app {

const std::string& StoreFolder(const Settings& settings) {
  return settings.store == "sqlite" || IsMongoUri(settings.store) ? settings.data : settings.store;
}

std::string StorePlace(const Settings& settings) {
  return IsMongoUri(settings.store) ? "MongoDB" : "the folder '" + StoreFolder(settings) + "'";
}

Result<std::unique_ptr<store::Store>> OpenStore(const Settings& settings, const Clock& clock, IfMissing if_missing) {
  const bool must_exist = if_missing == IfMissing::kRefuse;
  if (IsMongoUri(settings.store)) {
    return store::mongo::OpenMongoStore({.uri = settings.store, .must_exist = must_exist}, clock);
  }
  return store::sqlite::OpenSqliteStore({.folder = StoreFolder(settings), .must_exist = must_exist}, clock);
}

}  // namespace intelliclinix::app
