#include <chrono>

#include <gmock/gmock.h>

#include "store/check.h"
#include "store_contract.h"

namespace intelliclinix::store {
namespace {

using records::Inference;
using records::Task;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr std::chrono::hours kDay{24};

/// The time is long enough ago for everything that the test made.
TEST_P(StoreContract, ListsBlobsThatNothingPointsTo) {
  const ObjectId first = PutBlob(owner_, "one").id;
  const ObjectId second = PutBlob(stranger_, "two").id;
  PutDataset(owner_, {"a.tif", "b.tif"});
  EXPECT_THAT(store().ListOrphans(clock_.Now(), 10).value(), IsEmpty());
  clock_.Advance(kDay);
  PutBlob(owner_, "new");
  const TimePoint cutoff = clock_.Now() - kDay + std::chrono::milliseconds(1);
  EXPECT_THAT(store().ListOrphans(cutoff, 10).value(), UnorderedElementsAre(first, second));
  EXPECT_THAT(store().ListOrphans(cutoff, 1).value(), SizeIs(1));
  ASSERT_TRUE(store().DeleteBlob(first).has_value());
  EXPECT_THAT(store().ListOrphans(cutoff, 10).value(), ElementsAre(second));
}

TEST_P(StoreContract, ArtifactsAreLiveOnceTheirResultIsCommitted) {
  const Inference inference = PutJob(1, owner_);
  const Task task = Claim().value();
  const BlobRecord committed = PutBlob(owner_, "mask", inference.id);
  const BlobRecord lost = PutBlob(owner_, "of an attempt that was lost", inference.id);
  records::ImageResult result = Completed(task);
  result.artifacts = {{"label_mask", committed.id, "a_cp_masks.png", "image/png", 4, committed.sha256}};
  clock_.Advance(2 * kDay);
  EXPECT_THAT(store().ListOrphans(clock_.Now(), 10).value(), IsEmpty()) << "a worker may be about to commit them";
  ASSERT_TRUE(store().CommitTask(LeaseOf(task), result).value());
  EXPECT_THAT(store().ListOrphans(clock_.Now(), 10).value(), IsEmpty());
  ASSERT_TRUE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  EXPECT_THAT(store().ListOrphans(clock_.Now(), 10).value(), ElementsAre(lost.id));
}

TEST_P(StoreContract, WhatAWorkerStoresForWhatWasDeletedIsAnOrphan) {
  const Inference inference = PutJob(1, owner_);
  const Task task = Claim().value();
  ASSERT_TRUE(store().DeleteInference(owner_, inference.id).has_value());
  const BlobRecord late = PutBlob(owner_, "mask", inference.id);
  EXPECT_FALSE(store().CommitTask(LeaseOf(task), Completed(task)).value());
  EXPECT_EQ(Renew(task), LeaseState::kLost);
  clock_.Advance(kDay);
  EXPECT_THAT(store().ListOrphans(clock_.Now(), 10).value(), ElementsAre(late.id));
}

TEST_P(StoreContract, ChecksWhatIsSoundAndRemovesOldOrphans) {
  const records::Dataset dataset = PutDataset(owner_);
  const Inference inference = PutInference(dataset);
  ASSERT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
  const BlobRecord loose = PutBlob(owner_, "loose");
  EXPECT_THAT(store().Check({.fix = true, .now = clock_.Now()}).value(), IsEmpty());
  clock_.Advance(kOrphanAge + std::chrono::milliseconds(1));
  for (const bool fix : {false, true}) {
    const std::vector<Inconsistency> found = store().Check({.fix = fix, .now = clock_.Now()}).value();
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].kind, inconsistency::kOrphan);
    EXPECT_EQ(found[0].id, loose.id);
    EXPECT_EQ(found[0].fixed, fix);
    EXPECT_THAT(found[0].sentence, testing::HasSubstr(loose.id.ToString()));
  }
  EXPECT_THAT(store().Check({.fix = false, .now = clock_.Now()}).value(), IsEmpty());
}

TEST_P(StoreContract, AResultWhoseArtifactIsGoneIsFixedAsAFailedImage) {
  const records::Dataset dataset = PutDataset(owner_);
  const Inference inference = PutInference(dataset);
  ASSERT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
  const Task task = Claim().value();
  const BlobRecord mask = PutBlob(owner_, "mask", inference.id);
  records::ImageResult result = Completed(task);
  result.artifacts = {{"label_mask", mask.id, "a_cp_masks.png", "image/png", 4, mask.sha256}};
  ASSERT_TRUE(store().CommitTask(LeaseOf(task), result).value());
  ASSERT_TRUE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  ASSERT_TRUE(store().DeleteBlob(mask.id).has_value());
  const std::vector<Inconsistency> found = store().Check({.fix = true, .now = clock_.Now()}).value();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].kind, inconsistency::kResultWithoutBlob);
  EXPECT_TRUE(found[0].fixed);
  EXPECT_THAT(store().Check({.fix = false, .now = clock_.Now()}).value(), IsEmpty());
  EXPECT_EQ(store().RetryFailedImages(owner_, inference.id).value(), 1);
}

}  // namespace
}  // namespace intelliclinix::store
