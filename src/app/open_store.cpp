#include "app/open_store.h"

#include "store/mongo/mongo_store.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::app {

Result<std::unique_ptr<store::Store>> OpenStore(const Settings& settings, const Clock& clock, IfMissing if_missing) {
  const bool must_exist = if_missing == IfMissing::kRefuse;
  if (IsMongoUri(settings.store)) {
    return store::mongo::OpenMongoStore({.uri = settings.store, .must_exist = must_exist}, clock);
  }
  const std::string& folder = settings.store == "sqlite" ? settings.data : settings.store;
  return store::sqlite::OpenSqliteStore({.folder = folder, .must_exist = must_exist}, clock);
}

}  // namespace intelliclinix::app
