#include <atomic>
#include <chrono>

#include <gmock/gmock.h>

#include "store_contract.h"

namespace intelliclinix::store {
namespace {

using records::Inference;
using records::Task;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kLease = seconds(30);  // the default of a claim

TEST_P(StoreContract, GivesATaskAwayAgainOnceItsLeaseExpired) {
  PutJob(1, owner_);
  const Task first = Claim("w1").value();
  clock_.Advance(kLease - milliseconds(1));
  EXPECT_EQ(Claim("w2"), std::nullopt);
  clock_.Advance(milliseconds(1));
  const Task second = Claim("w2").value();
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.attempt, 2);
  EXPECT_EQ(second.worker, "w2");
  EXPECT_EQ(second.lease_expires_at, clock_.Now() + kLease);
}

TEST_P(StoreContract, ARenewedLeaseLastsLonger) {
  PutJob(1, owner_);
  const Task task = Claim("w1").value();
  clock_.Advance(kLease / 2);
  ASSERT_EQ(store().RenewLease(LeaseOf(task), {}, clock_.Now() + kLease).value(), LeaseState::kHeld);
  clock_.Advance(kLease - seconds(1));
  EXPECT_EQ(Claim("w2"), std::nullopt);
  clock_.Advance(seconds(1));
  EXPECT_NE(Claim("w2"), std::nullopt);
}

TEST_P(StoreContract, ALeaseThatExpiredHoldsUntilTheTaskIsClaimedAgain) {
  PutJob(1, owner_);
  const Task task = Claim("w1").value();
  clock_.Advance(2 * kLease);
  EXPECT_EQ(store().RenewLease(LeaseOf(task), {}, clock_.Now() + kLease).value(), LeaseState::kHeld);
  EXPECT_EQ(Claim("w2"), std::nullopt);
  EXPECT_TRUE(store().CommitTask(LeaseOf(task), Completed(task)).value());
}

TEST_P(StoreContract, AWorkerThatLostItsLeaseWritesNothing) {
  const Inference inference = PutJob(1, owner_);
  const Task lost = Claim("w1").value();
  clock_.Advance(kLease);
  const Task held = Claim("w2").value();

  EXPECT_EQ(store().RenewLease(LeaseOf(lost), {.tiles_done = 5, .tiles_total = 9}, clock_.Now() + 10 * kLease).value(),
            LeaseState::kLost);
  EXPECT_FALSE(store().CommitTask(LeaseOf(lost), Failed(lost)).value());
  EXPECT_FALSE(store().ReleaseTask(LeaseOf(lost)).value());
  EXPECT_EQ(StateOf(inference.id).progress.tiles_total, 0);
  EXPECT_EQ(StateOf(inference.id).progress.images_done, 0);
  EXPECT_EQ(Claim("w3"), std::nullopt);

  EXPECT_TRUE(store().CommitTask(LeaseOf(held), Completed(held)).value());
  ASSERT_TRUE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  EXPECT_TRUE(Whole(inference.id).results.at(0).completed);
}

TEST_P(StoreContract, ALeaseIsHeldToEachOfItsParts) {
  const Inference inference = PutJob(2, owner_);
  const Task task = Claim("w1").value();
  const records::TaskLease lease = LeaseOf(task);
  const ObjectId other = ObjectId::Generate();
  const records::TaskLease wrong[] = {{other, lease.inference_id, lease.worker, lease.attempt},
                                      {lease.task_id, other, lease.worker, lease.attempt},
                                      {lease.task_id, lease.inference_id, "w2", lease.attempt},
                                      {lease.task_id, lease.inference_id, "", lease.attempt},
                                      {lease.task_id, lease.inference_id, lease.worker, lease.attempt + 1},
                                      {lease.task_id, lease.inference_id, lease.worker, lease.attempt - 1}};
  for (const records::TaskLease& stale : wrong) {
    EXPECT_EQ(store().RenewLease(stale, {}, clock_.Now()).value(), LeaseState::kLost);
    EXPECT_FALSE(store().CommitTask(stale, Completed(task)).value());
    EXPECT_FALSE(store().ReleaseTask(stale).value());
  }
  EXPECT_EQ(StateOf(inference.id).progress.images_done, 0);
  EXPECT_TRUE(store().CommitTask(lease, Completed(task)).value());
}

TEST_P(StoreContract, ATaskIsCommittedOnce) {
  const Inference inference = PutJob(1, owner_);
  const Task task = Claim().value();
  ASSERT_TRUE(store().CommitTask(LeaseOf(task), Completed(task)).value());
  EXPECT_FALSE(store().CommitTask(LeaseOf(task), Failed(task)).value());
  EXPECT_EQ(store().RenewLease(LeaseOf(task), {}, clock_.Now()).value(), LeaseState::kLost);
  EXPECT_FALSE(store().ReleaseTask(LeaseOf(task)).value());
  clock_.Advance(2 * kLease);
  EXPECT_EQ(Claim(), std::nullopt);
  ASSERT_TRUE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  EXPECT_TRUE(Whole(inference.id).results.at(0).completed);
}

TEST_P(StoreContract, AReleasedTaskIsQueuedAndItsAttemptNotCounted) {
  const Inference inference = PutJob(1, owner_);
  for (int i = 0; i < 5; ++i) {
    const Task task = Claim("w" + std::to_string(i), 1).value();
    EXPECT_EQ(task.attempt, 1);
    ASSERT_EQ(store().RenewLease(LeaseOf(task), {.tiles_done = 3, .tiles_total = 9}, clock_.Now() + kLease).value(),
              LeaseState::kHeld);
    EXPECT_TRUE(store().ReleaseTask(LeaseOf(task)).value());
    EXPECT_FALSE(store().ReleaseTask(LeaseOf(task)).value());
    EXPECT_FALSE(store().CommitTask(LeaseOf(task), Completed(task)).value());
    EXPECT_EQ(StateOf(inference.id).progress.tiles_done, 0);
  }
  EXPECT_EQ(store().CountOpenTasks().value(), 1);
}

TEST_P(StoreContract, FailsATaskWhoseAttemptsAreUsedUpAndGoesOn) {
  const Inference inference = PutJob(1, owner_);
  EXPECT_EQ(Claim("w1", 2).value().attempt, 1);
  clock_.Advance(kLease);
  const Task last = Claim("w1", 2).value();
  EXPECT_EQ(last.attempt, 2);
  const Inference next = PutJob(1, owner_);
  clock_.Advance(kLease);

  EXPECT_EQ(Claim("w2", 2).value().inference_id, next.id);
  EXPECT_EQ(Claim("w2", 2), std::nullopt);
  EXPECT_FALSE(store().CommitTask(LeaseOf(last), Completed(last)).value());
  EXPECT_THAT(store().ListUnfinished(clock_.Now(), 10).value(), testing::ElementsAre(inference.id));
  ASSERT_TRUE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  const Inference ended = Whole(inference.id);
  EXPECT_EQ(ended.status, records::InferenceStatus::kFailed);
  EXPECT_EQ(ended.error.value().code, "attempts_exhausted");
  ASSERT_EQ(ended.results.size(), 1u);
  EXPECT_FALSE(ended.results[0].completed);
  EXPECT_EQ(ended.results[0].source_filename, "image0.tif");
  EXPECT_EQ(ended.results[0].original_id, last.source_id);
  EXPECT_EQ(ended.results[0].picture_id, last.picture_id);
  EXPECT_EQ(ended.results[0].error.value().code, "attempts_exhausted");
}

TEST_P(StoreContract, OneOfManyWorkersTakesAnExpiredTask) {
  PutJob(1, owner_);
  const Task lost = Claim("lost").value();
  clock_.Advance(kLease);
  std::atomic<int> taken = 0;
  std::atomic<int> stale = 0;
  Race(8, [&](int thread) {
    const auto task = Claim("w" + std::to_string(thread));
    if (!task) return;
    ++taken;
    stale += store().CommitTask(LeaseOf(lost), Completed(lost)).value();
  });
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(stale, 0);
}

}  // namespace
}  // namespace intelliclinix::store
