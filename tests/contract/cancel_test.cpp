#include <atomic>
#include <chrono>

#include <gmock/gmock.h>

#include "store_contract.h"

namespace intelliclinix::store {
namespace {

using records::Inference;
using records::InferenceStatus;
using records::Task;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(StoreContract, CancelsWhatIsQueuedAtOnce) {
  const Inference inference = PutJob(2, owner_);
  const TimePoint at = clock_.Now() + seconds(3);
  EXPECT_EQ(store().CancelInference(owner_, inference.id, at).value(), InferenceStatus::kFailed);
  const Inference ended = Whole(inference.id);
  EXPECT_EQ(ended.status, InferenceStatus::kFailed);
  EXPECT_EQ(ended.finished_at, at);
  EXPECT_EQ(ended.started_at, std::nullopt);
  EXPECT_EQ(ended.error.value().code, "cancelled");
  EXPECT_EQ(ended.notes, ended.error.value().detail);
  EXPECT_EQ(ended.progress.images_done, 2);
  ASSERT_EQ(ended.results.size(), 2u);
  EXPECT_EQ(ended.results[1].source_filename, "image1.tif");
  EXPECT_FALSE(ended.results[1].completed);
  EXPECT_EQ(ended.results[1].error.value().code, "cancelled");
  EXPECT_EQ(store().CountOpenTasks().value(), 0);
  EXPECT_EQ(Claim(), std::nullopt);
  EXPECT_THAT(store().ListUnfinished(clock_.Now(), 10).value(), IsEmpty());
}

TEST_P(StoreContract, CancelsWhatHasNoTasksYet) {
  const records::Dataset dataset = PutDataset(owner_);
  const Inference inference = PutInference(dataset);
  EXPECT_EQ(store().CancelInference(owner_, inference.id, clock_.Now()).value(), InferenceStatus::kFailed);
  ASSERT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
  EXPECT_EQ(Claim(), std::nullopt);
  EXPECT_THAT(store().ListUndispatched(10).value(), IsEmpty());
  EXPECT_EQ(StateOf(inference.id).error.value().code, "cancelled");
}

TEST_P(StoreContract, ACancelledInferenceEndsWhenItsWorkersHaveStopped) {
  const Inference inference = PutJob(3, owner_);
  const Task first = Claim("w1").value();
  const Task second = Claim("w2").value();
  EXPECT_EQ(Renew(first), LeaseState::kHeld);
  EXPECT_EQ(store().CancelInference(owner_, inference.id, clock_.Now()).value(), InferenceStatus::kRunning);
  EXPECT_TRUE(StateOf(inference.id).cancel_requested);
  EXPECT_TRUE(store().GetInference(owner_, inference.id).value().cancel_requested);
  EXPECT_EQ(StateOf(inference.id).progress.images_done, 1);
  EXPECT_EQ(Claim("w3"), std::nullopt);
  EXPECT_EQ(Renew(first), LeaseState::kCancelled);
  EXPECT_THAT(store().ListUnfinished(clock_.Now(), 10).value(), IsEmpty());

  EXPECT_TRUE(store().ReleaseTask(LeaseOf(first)).value());
  EXPECT_EQ(Renew(first), LeaseState::kLost);
  EXPECT_FALSE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  EXPECT_EQ(Claim("w3"), std::nullopt);
  EXPECT_TRUE(store().ReleaseTask(LeaseOf(second)).value());
  EXPECT_THAT(store().ListUnfinished(clock_.Now(), 10).value(), ElementsAre(inference.id));
  EXPECT_TRUE(store().FinishInference(inference.id, {{"version", "1"}}, clock_.Now()).value());
  EXPECT_FALSE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  const Inference ended = Whole(inference.id);
  EXPECT_EQ(ended.status, InferenceStatus::kFailed);
  EXPECT_EQ(ended.error.value().code, "cancelled");
  EXPECT_EQ(ended.provenance["version"], "1");
  EXPECT_EQ(ended.results.size(), 3u);
}

TEST_P(StoreContract, FindsInferencesThatNobodyWantsRun) {
  const Inference queued = PutJob(1, owner_);
  const Inference running = PutJob(2, owner_);
  const Inference cancelled = PutJob(1, stranger_);
  const Inference ended = PutInference(PutDataset(owner_));
  const ObjectId gone = ObjectId::Generate();
  Claim("w1");
  ASSERT_TRUE(store().FailInference(ended.id, {"runner_error", "It failed."}, clock_.Now()).value());
  for (auto task = Claim("w2"); task; task = Claim("w2")) {
  }
  ASSERT_EQ(store().CancelInference(stranger_, cancelled.id, clock_.Now()).value(), InferenceStatus::kRunning);
  EXPECT_THAT(store().FindUnwanted({queued.id, running.id, cancelled.id, ended.id, gone}).value(),
              testing::UnorderedElementsAre(cancelled.id, ended.id, gone));
  EXPECT_THAT(store().FindUnwanted({}).value(), IsEmpty());
}

TEST_P(StoreContract, AResultThatComesAfterTheCancellationIsKept) {
  const Inference inference = PutJob(2, owner_);
  const Task task = Claim().value();
  ASSERT_EQ(store().CancelInference(owner_, inference.id, clock_.Now()).value(), InferenceStatus::kRunning);
  EXPECT_TRUE(store().CommitTask(LeaseOf(task), Completed(task)).value());
  EXPECT_TRUE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  const Inference ended = Whole(inference.id);
  EXPECT_EQ(ended.status, InferenceStatus::kFailed);
  EXPECT_EQ(ended.error.value().code, "cancelled");
  EXPECT_TRUE(ended.results.at(0).completed);
  EXPECT_FALSE(ended.results.at(1).completed);
}

TEST_P(StoreContract, AllImagesMayBeDoneWhenTheCancellationComes) {
  const Inference inference = PutJob(1, owner_);
  ClaimAndCommit();
  EXPECT_EQ(store().CancelInference(owner_, inference.id, clock_.Now()).value(), InferenceStatus::kFailed);
  EXPECT_FALSE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  EXPECT_EQ(StateOf(inference.id).error.value().code, "cancelled");
  EXPECT_TRUE(Whole(inference.id).results.at(0).completed);
}

TEST_P(StoreContract, ACancelledInferenceWhoseWorkerDiedEndsWithItsLease) {
  const Inference inference = PutJob(1, owner_);
  const Task task = Claim("dies").value();
  ASSERT_EQ(store().CancelInference(owner_, inference.id, clock_.Now()).value(), InferenceStatus::kRunning);
  clock_.Advance(seconds(29));
  EXPECT_THAT(store().ListUnfinished(clock_.Now(), 10).value(), IsEmpty());
  EXPECT_FALSE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  clock_.Advance(seconds(1));
  EXPECT_EQ(Claim("w2"), std::nullopt);
  EXPECT_THAT(store().ListUnfinished(clock_.Now(), 10).value(), ElementsAre(inference.id));
  EXPECT_TRUE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  EXPECT_EQ(Whole(inference.id).results.at(0).error.value().code, "cancelled");
  EXPECT_FALSE(store().CommitTask(LeaseOf(task), Completed(task)).value());
}

TEST_P(StoreContract, CancellingEndsTasksWhoseWorkersAreGoneAlready) {
  const Inference inference = PutJob(1, owner_);
  Claim("dead");
  clock_.Advance(seconds(30));
  EXPECT_EQ(store().CancelInference(owner_, inference.id, clock_.Now()).value(), InferenceStatus::kFailed);
}

TEST_P(StoreContract, CancelsAgainButNotWhatEndedOtherwise) {
  const Inference running = PutJob(1, owner_);
  Claim();
  ASSERT_EQ(store().CancelInference(owner_, running.id, clock_.Now()).value(), InferenceStatus::kRunning);
  EXPECT_EQ(store().CancelInference(owner_, running.id, clock_.Now()).value(), InferenceStatus::kRunning);
  const Inference cancelled = PutJob(1, owner_);
  const TimePoint first = clock_.Now();
  ASSERT_TRUE(store().CancelInference(owner_, cancelled.id, first).has_value());
  EXPECT_EQ(store().CancelInference(owner_, cancelled.id, first + seconds(1)).value(), InferenceStatus::kFailed);
  EXPECT_EQ(StateOf(cancelled.id).finished_at, first);
  const Inference completed = PutJob(1, owner_);
  ClaimAndCommit();
  ASSERT_TRUE(store().FinishInference(completed.id, Json::object(), clock_.Now()).value());
  EXPECT_EQ(CodeOf(store().CancelInference(owner_, completed.id, clock_.Now())), ErrorCode::kConflict);
  EXPECT_EQ(StateOf(completed.id).status, InferenceStatus::kCompleted);
}

TEST_P(StoreContract, CancelsOnlyForTheOwner) {
  const Inference inference = PutJob(1, owner_);
  EXPECT_EQ(CodeOf(store().CancelInference(stranger_, inference.id, clock_.Now())), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store().CancelInference(owner_, ObjectId::Generate(), clock_.Now())), ErrorCode::kNotFound);
  EXPECT_TRUE(Claim().has_value());
}

TEST_P(StoreContract, ACancellationAmongWorkersEndsTheInferenceOnce) {
  for (int round = 0; round < 5; ++round) {
    const Inference inference = PutJob(12, owner_);
    std::atomic<int> ended = 0;
    Race(5, [&](int thread) {
      if (thread == 0) {
        const auto status = store().CancelInference(owner_, inference.id, clock_.Now());
        ended += status.has_value() && *status == InferenceStatus::kFailed;
        return;
      }
      const std::string worker = "w" + std::to_string(thread);
      for (auto task = Claim(worker); task; task = Claim(worker)) {
        EXPECT_TRUE(store().CommitTask(LeaseOf(*task), Completed(*task)).value());
        ended += store().FinishInference(inference.id, Json::object(), clock_.Now()).value();
      }
    });
    EXPECT_EQ(ended, 1);
    EXPECT_EQ(Whole(inference.id).results.size(), 12u);
    EXPECT_EQ(store().CountOpenTasks().value(), 0);
  }
}

}  // namespace
}  // namespace intelliclinix::store
