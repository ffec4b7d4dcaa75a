#include "mongo_fixture.h"

#include <gmock/gmock.h>

#include "store/check.h"
#include "store/mongo/mongo_store.h"

namespace intelliclinix::store {

using mongo::Make;

StoreKind MongoKind() {
  return {"mongo", [](const std::string&, const Clock& clock) -> std::shared_ptr<Store> {
            return mongo::OpenMongoStore({.uri = testing_mongo::SharedMongoServer().NewDatabase()}, clock).value();
          }};
}

MongoContract::MongoContract()
    : database_(mongo::Connection::Open(testing_mongo::SharedMongoServer().LastDatabase()).value()) {}

MongoContract::~MongoContract() {
  if (testing_mongo::SharedMongoServer().own()) Heal();
}

void MongoContract::Cut(int commands) {
  ASSERT_TRUE(database_->Command(Make("intelliclinixCut", commands)).has_value());
}

void MongoContract::CutEverywhere(const std::function<bool()>& body, const std::function<void()>& after) {
  constexpr int kMost = 200;
  if (!testing_mongo::SharedMongoServer().own()) GTEST_SKIP() << "this server cannot be told to cut";
  bool done = false;
  for (int k = 0; k < kMost && !done && !HasFailure(); ++k) {
    SCOPED_TRACE("cut after " + std::to_string(k) + " commands");
    Cut(k);
    done = body();
    Heal();
    // Connections that were cut are found to be so by their next use.
    while (!store().Ping()) {
    }
    after();
  }
  EXPECT_TRUE(done);
}

void MongoContract::Sweep(const std::function<std::vector<records::Task>(ObjectId)>& tasks) {
  constexpr int kMost = 100;
  clock_.Advance(2 * kOrphanAge);
  const std::vector<ObjectId> undispatched = store().ListUndispatched(kMost).value();
  for (const ObjectId id : undispatched) {
    EXPECT_TRUE(store().InsertTasks(id, tasks(id)).has_value());
  }
  const std::vector<ObjectId> unfinished = store().ListUnfinished(clock_.Now(), kMost).value();
  for (const ObjectId id : unfinished) {
    EXPECT_TRUE(store().FinishInference(id, Json::object(), clock_.Now()).has_value());
  }
  // The ids of chunks are of the time of the machine, not of the test's clock.
  const TimePoint later = std::max(clock_.Now(), SystemClock().Now() + std::chrono::hours(1));
  const std::vector<ObjectId> orphans = store().ListOrphans(later, kMost).value();
  for (const ObjectId id : orphans) EXPECT_TRUE(store().DeleteBlob(id).has_value());
}

void MongoContract::ExpectSound() {
  const std::vector<Inconsistency> found = store().Check({.fix = false, .now = clock_.Now()}).value();
  for (const Inconsistency& one : found) ADD_FAILURE() << one.kind << ": " << one.sentence;
  const std::vector<ObjectId> files = database().FindIds(mongo::collection::kFiles, {}).value();
  EXPECT_EQ(Count(mongo::collection::kChunks, Make("files_id", Make("$nin", files))), 0) << "chunks without a file";
}

}  // namespace intelliclinix::store
