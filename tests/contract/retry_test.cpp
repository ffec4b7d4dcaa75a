#include <chrono>

#include <gmock/gmock.h>

#include "store_contract.h"

namespace intelliclinix::store {
namespace {

using records::Inference;
using records::InferenceStatus;
using records::Task;
using testing::ElementsAre;

TEST_P(StoreContract, RetriesTheImagesThatFailedAndKeepsTheOthers) {
  const Inference inference = PutJob(3, owner_);
  ClaimAndCommit(false);
  ClaimAndCommit(true);
  ClaimAndCommit(false);
  ASSERT_TRUE(store().FinishInference(inference.id, {{"version", "1"}}, clock_.Now()).value());
  const records::ImageResult kept = Whole(inference.id).results.at(1);

  EXPECT_EQ(store().RetryFailedImages(owner_, inference.id).value(), 2);
  const Inference queued = store().GetInference(owner_, inference.id).value();
  EXPECT_EQ(queued.status, InferenceStatus::kQueued);
  EXPECT_EQ(queued.attempt, 2);
  EXPECT_EQ(StateOf(inference.id).attempt, 2);
  EXPECT_EQ(queued.started_at, std::nullopt);
  EXPECT_EQ(queued.finished_at, std::nullopt);
  EXPECT_FALSE(queued.error.has_value());
  EXPECT_EQ(queued.notes, "");
  EXPECT_EQ(queued.progress.images_total, 3);
  EXPECT_EQ(queued.progress.images_done, 1);
  EXPECT_TRUE(Whole(inference.id).results.empty());

  const Task first = Claim("w1", 1).value();
  const Task second = Claim("w1", 1).value();
  EXPECT_THAT(std::vector({first.position, second.position}), ElementsAre(0, 2));
  EXPECT_EQ(first.attempt, 1);
  EXPECT_EQ(Claim(), std::nullopt);
  ASSERT_TRUE(store().CommitTask(LeaseOf(first), Completed(first)).value());
  ASSERT_TRUE(store().CommitTask(LeaseOf(second), Failed(second)).value());
  ASSERT_TRUE(store().FinishInference(inference.id, {{"version", "2"}}, clock_.Now()).value());
  const Inference ended = Whole(inference.id);
  EXPECT_EQ(ended.status, InferenceStatus::kCompleted);
  EXPECT_EQ(ended.attempt, 2);
  EXPECT_TRUE(ended.results.at(0).completed);
  EXPECT_EQ(ended.results.at(1).objects, kept.objects);
  EXPECT_FALSE(ended.results.at(2).completed);
}

TEST_P(StoreContract, RetriesWhatWasCancelled) {
  const Inference inference = PutJob(2, owner_);
  const Task task = Claim().value();
  ASSERT_TRUE(store().CancelInference(owner_, inference.id, clock_.Now()).has_value());
  ASSERT_TRUE(store().ReleaseTask(LeaseOf(task)).value());
  ASSERT_TRUE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  EXPECT_EQ(store().RetryFailedImages(owner_, inference.id).value(), 2);
  EXPECT_FALSE(StateOf(inference.id).cancel_requested);
  ClaimAndCommit();
  ClaimAndCommit();
  ASSERT_TRUE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  EXPECT_EQ(StateOf(inference.id).status, InferenceStatus::kCompleted);
}

TEST_P(StoreContract, RetriesWhatFailedBeforeItHadTasks) {
  const records::Dataset dataset = PutDataset(owner_);
  const Inference inference = PutInference(dataset);
  ASSERT_TRUE(store().FailInference(inference.id, {"unknown_runner", "No such runner."}, clock_.Now()).value());
  EXPECT_EQ(store().RetryFailedImages(owner_, inference.id).value(), 0);
  EXPECT_THAT(store().ListUndispatched(10).value(), ElementsAre(inference.id));
  ASSERT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
  EXPECT_TRUE(Claim().has_value());
}

TEST_P(StoreContract, RetriesNothingElse) {
  const Inference open = PutJob(1, owner_);
  EXPECT_EQ(CodeOf(store().RetryFailedImages(owner_, open.id)), ErrorCode::kConflict);
  ClaimAndCommit();
  EXPECT_EQ(CodeOf(store().RetryFailedImages(owner_, open.id)), ErrorCode::kConflict);
  ASSERT_TRUE(store().FinishInference(open.id, Json::object(), clock_.Now()).value());
  EXPECT_EQ(CodeOf(store().RetryFailedImages(owner_, open.id)), ErrorCode::kConflict);
  EXPECT_EQ(StateOf(open.id).attempt, 1);
  EXPECT_EQ(CodeOf(store().RetryFailedImages(stranger_, open.id)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store().RetryFailedImages(owner_, ObjectId::Generate())), ErrorCode::kNotFound);
}

TEST_P(StoreContract, WorkersOfTheTryBeforeWriteNothingIntoTheNext) {
  const Inference inference = PutJob(1, owner_);
  const Task lost = Claim("lost").value();
  clock_.Advance(std::chrono::seconds(30));
  ASSERT_TRUE(store().CancelInference(owner_, inference.id, clock_.Now()).has_value());
  ASSERT_EQ(store().RetryFailedImages(owner_, inference.id).value(), 1);
  EXPECT_FALSE(store().CommitTask(LeaseOf(lost), Completed(lost)).value());
  const Task next = Claim("next").value();
  EXPECT_EQ(next.attempt, lost.attempt);
  EXPECT_FALSE(store().CommitTask(LeaseOf(lost), Completed(lost)).value());
  EXPECT_TRUE(store().CommitTask(LeaseOf(next), Completed(next)).value());
}

}  // namespace
}  // namespace intelliclinix::store
