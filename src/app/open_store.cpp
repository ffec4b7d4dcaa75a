#include "app/open_store.h"

#include "store/mongo/mongo_store.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::app {

Result<std::unique_ptr<store::Store>> OpenStore(const Settings& settings, const Clock& clock) {
  if (IsMongoUri(settings.store)) return store::mongo::OpenMongoStore({.uri = settings.store}, clock);
  const std::string& folder = settings.store == "sqlite" ? settings.data : settings.store;
  return store::sqlite::OpenSqliteStore({.folder = folder}, clock);
}

}  // namespace intelliclinix::app
