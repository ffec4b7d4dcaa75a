#include "app/open_store.h"

#include "store/mongo/mongo_store.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::app {

namespace {

const std::string& FolderOf(const Settings& settings) {
  return settings.store == "sqlite" ? settings.data : settings.store;
}

}  // namespace

std::string StorePlace(const Settings& settings) {
  return IsMongoUri(settings.store) ? "MongoDB" : "the folder '" + FolderOf(settings) + "'";
}

Result<std::unique_ptr<store::Store>> OpenStore(const Settings& settings, const Clock& clock, IfMissing if_missing) {
  const bool must_exist = if_missing == IfMissing::kRefuse;
  if (IsMongoUri(settings.store)) {
    return store::mongo::OpenMongoStore({.uri = settings.store, .must_exist = must_exist}, clock);
  }
  return store::sqlite::OpenSqliteStore({.folder = FolderOf(settings), .must_exist = must_exist}, clock);
}

}  // namespace intelliclinix::app
