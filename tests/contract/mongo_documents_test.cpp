// Documents of a MongoDB as others, or a crash in the middle of a command, may leave them.
#include <atomic>

#include <gmock/gmock.h>

#include "mongo_fixture.h"
#include "store/check.h"

namespace intelliclinix::store {
namespace {

using mongo::Document;
using mongo::Make;
using records::Inference;
using records::InferenceStatus;
using records::Task;
using testing::ElementsAre;
using testing::IsEmpty;
namespace collection = mongo::collection;

class MongoDocuments : public MongoContract {
 protected:
  void Set(const char* name, ObjectId id, const Document& change) {
    EXPECT_EQ(database().UpdateOne(name, Make("_id", id), Make("$set", change)).value().matched, 1);
  }

  /// The kinds of what a check finds, but for the bytes that the images of PutJob lack.
  std::vector<std::string> Check(bool fix) {
    std::vector<std::string> kinds;
    const std::vector<Inconsistency> found = store().Check({.fix = fix, .now = clock_.Now()}).value();
    for (const Inconsistency& one : found) {
      if (one.kind != inconsistency::kDatasetWithoutBlob) kinds.push_back(one.kind);
    }
    return kinds;
  }
};

/// MongoDB takes a document that is to be deleted, or inserted, by itself: what a crash leaves of several is any of
/// them.
TEST_P(MongoDocuments, ChunksWithoutAFileAreFoundWhicheverIsLeft) {
  const ObjectId first = ObjectId::Generate();
  const ObjectId third = ObjectId::Generate();
  for (const auto& [file, n] : {std::pair(first, 0), std::pair(third, 2)}) {
    ASSERT_TRUE(
        database()
            .Insert(collection::kChunks, Make("_id", ObjectId::Generate(), "files_id", file, "n", n, "data", "x"))
            .has_value());
  }
  PutBlob(owner_, "whole");
  const TimePoint later = SystemClock().Now() + std::chrono::hours(1);
  EXPECT_THAT(store().ListOrphans(later, 10).value(), testing::IsSupersetOf({first, third}));
  EXPECT_THAT(store().ListOrphans(SystemClock().Now() - std::chrono::hours(1), 10).value(),
              testing::Not(testing::Contains(first)));
}

TEST_P(MongoDocuments, AnInferenceWithoutAnAttemptStartsAndEnds) {
  const records::Dataset dataset = PutDataset(owner_);
  for (const bool null : {true, false}) {
    const Inference inference = PutInference(dataset);
    const Document change =
        null ? Make("$set", Make("attempt", std::optional<ObjectId>())) : Make("$unset", Make("attempt", ""));
    ASSERT_TRUE(database().UpdateOne(collection::kInferences, Make("_id", inference.id), Document::CopyOf(change)));
    ASSERT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
    ASSERT_THAT(store().ListUndispatched(10).value(), IsEmpty()) << "it is dispatched";
    ClaimAndCommit(false);
    ASSERT_TRUE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
    EXPECT_EQ(store().RetryFailedImages(owner_, inference.id).value(), 1);
    ClaimAndCommit();
    ASSERT_TRUE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
    EXPECT_EQ(StateOf(inference.id).status, InferenceStatus::kCompleted);
  }
}

TEST_P(MongoDocuments, AnUnknownStatusIsAFailureWithItsReasonAndTheOthersGoOn) {
  const Inference strange = PutJob(1, owner_);
  const Inference next = PutJob(1, owner_);
  Set(collection::kInferences, strange.id, Make("status", "sleeping"));
  const Inference read = store().GetInference(owner_, strange.id).value();
  EXPECT_EQ(read.status, InferenceStatus::kFailed);
  EXPECT_EQ(read.error.value().code, "unknown_status");
  EXPECT_THAT(read.error.value().detail, testing::HasSubstr("'sleeping'"));
  EXPECT_EQ(Claim().value().inference_id, next.id);
  EXPECT_EQ(Claim(), std::nullopt);
  EXPECT_THAT(Check(true), ElementsAre("inference_contradicts"));
  EXPECT_THAT(Check(false), IsEmpty());
  EXPECT_EQ(StateOf(strange.id).error.value().code, "unknown_status");
}

TEST_P(MongoDocuments, EveryWriteWaitsForAMajorityAndItsJournals) {
  if (!testing_mongo::SharedMongoServer().own()) GTEST_SKIP() << "this server does not tell";
  const auto hasty = [this] { return database().Command(Make("intelliclinixHasty", 1)).value().view().Int("n"); };
  const std::int64_t before = hasty();
  ASSERT_TRUE(store().InsertUser(MakeUser("ada")).has_value());
  ASSERT_TRUE(store().RevokeToken("jti", clock_.Now()).has_value());
  ASSERT_TRUE(store().ForgetRevocations(clock_.Now()).has_value());
  const records::Dataset dataset = PutDataset(owner_, {"a.tif", "b.tif"});
  Inference inference = PutInference(dataset);
  inference.id = ObjectId::Generate();
  ASSERT_TRUE(store().InsertInferenceOnce(inference, {"key", "body"}).has_value());
  ASSERT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
  const Task task = Claim().value();
  ASSERT_EQ(Renew(task), LeaseState::kHeld);
  ASSERT_TRUE(store().ReleaseTask(LeaseOf(task)).value());
  ClaimAndCommit(false);
  ClaimAndCommit();
  ASSERT_TRUE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  ASSERT_TRUE(store().RetryFailedImages(owner_, inference.id).has_value());
  ASSERT_TRUE(store().CancelInference(owner_, inference.id, clock_.Now()).has_value());
  ASSERT_TRUE(store().ArchiveInferences(owner_, {inference.id}, true).has_value());
  ASSERT_TRUE(store().DeleteDataset(owner_, dataset.id).has_value());
  EXPECT_EQ(hasty(), before);

  std::vector<Document> loose;
  loose.push_back(Make("_id", ObjectId::Generate()));
  ASSERT_TRUE(database().Command(Make("insert", "loose", "documents", loose)).has_value());
  EXPECT_EQ(hasty(), before + 1) << "the server tells those that do not wait";
}

/// What workers are in the middle of is no inconsistency, and what they write meanwhile is not written over.
TEST_P(MongoDocuments, ACheckBesideWorkersSpoilsNothing) {
  constexpr int kJobs = 12;
  std::vector<Inference> jobs;
  for (int i = 0; i < kJobs; ++i) jobs.push_back(PutJob(3, owner_));
  std::atomic<bool> working = true;
  std::vector<std::string> found;
  Race(2, [&](int thread) {
    if (thread == 0) {
      for (const Inference& job : jobs) {
        for (int i = 0; i < 3; ++i) ClaimAndCommit();
        EXPECT_TRUE(store().FinishInference(job.id, Json::object(), clock_.Now()).value());
      }
      working = false;
    } else {
      do {
        const std::vector<std::string> now = Check(true);
        found.insert(found.end(), now.begin(), now.end());
      } while (working);
    }
  });
  EXPECT_THAT(found, IsEmpty());
  for (const Inference& job : jobs) {
    for (const records::ImageResult& result : Whole(job.id).results) EXPECT_TRUE(result.completed);
  }
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Store, MongoDocuments, testing::Values(MongoKind()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace intelliclinix::store
