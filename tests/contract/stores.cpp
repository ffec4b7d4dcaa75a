// The stores that are held to the contract.
#include "mongo_fixture.h"
#include "store/failing/failing_store.h"
#include "store/memory/memory_store.h"
#include "store/sqlite/sqlite_store.h"
#include "store_contract.h"

namespace intelliclinix::store {
namespace {

std::shared_ptr<Store> MakeMemory(const std::string&, const Clock& clock) {
  return std::make_shared<memory::MemoryStore>(clock);
}

std::shared_ptr<Store> MakeSqlite(const std::string& folder, const Clock& clock) {
  return sqlite::OpenSqliteStore({.folder = folder + "/data"}, clock).value();
}

/// With nothing told to fail, it is as good as the store behind it.
std::shared_ptr<Store> MakeFailing(const std::string&, const Clock& clock) {
  struct Wrapped {
    explicit Wrapped(const Clock& clock) : memory(clock) {}
    memory::MemoryStore memory;
    failing::FailingStore failing{memory};
  };
  auto wrapped = std::make_shared<Wrapped>(clock);
  return {wrapped, &wrapped->failing};
}

INSTANTIATE_TEST_SUITE_P(Store, StoreContract,
                         testing::Values(StoreKind{"memory", MakeMemory}, StoreKind{"sqlite", MakeSqlite}, MongoKind(),
                                         StoreKind{"failing", MakeFailing}),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace intelliclinix::store
